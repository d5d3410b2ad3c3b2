//! The thread that talks to the sound card. It may hang with the card; nobody waits for it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use cpal::{
    BufferSize, FromSample, SampleFormat, SizedSample, Stream, StreamConfig,
    traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _},
};
use tokio::sync::watch;

use super::{Command, State, Status};
use crate::audio::player::{Feeder, Player, pair};

/// Frames that a device is asked to buffer, the best first; the last resort is what it likes.
const BUFFERS: [BufferSize; 4] = [
    BufferSize::Fixed(4096),
    BufferSize::Fixed(2048),
    BufferSize::Fixed(1024),
    BufferSize::Default,
];

/// A device that asks for nothing this long is lost. (Errors are told far too often to mean anything.)
const LOST: Duration = Duration::from_millis(500);

/// How often a device is looked after while it plays.
const LOOK: Duration = Duration::from_millis(250);

/// Between attempts to open a device.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// Works until the last handle is gone.
pub(super) fn run(commands: &Receiver<Command>, status: &watch::Sender<Status>) {
    let mut device = Device {
        status,
        volume: Arc::new(AtomicU32::new(0)),
        output: None,
        began: Instant::now(),
        retry: RETRY.0,
        next: None,
    };
    device.set_volume(status.borrow().volume);
    loop {
        let command = if status.borrow().state == State::Off {
            commands.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            commands.recv_timeout(LOOK)
        };
        match command {
            Ok(Command::Play { chunk, at }) => {
                if let Some(pcm) = &chunk.pcm {
                    device.play(chunk.rate, pcm, at);
                }
            }
            Ok(Command::Listen(false)) => device.output = None,
            Ok(Command::Volume(percent)) => device.set_volume(percent),
            // To listen is to wait for what arrives.
            Ok(Command::Listen(true)) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        device.look_after();
    }
}

struct Device<'a> {
    status: &'a watch::Sender<Status>,
    /// The bits of the gain.
    volume: Arc<AtomicU32>,
    output: Option<Output>,
    began: Instant,
    retry: Duration,
    next: Option<Instant>,
}

/// An open device and the feeder of its player.
struct Output {
    _stream: Stream,
    feeder: Feeder,
    rate: u32,
    /// Milliseconds from the beginning to the last call of the device.
    called: Arc<AtomicU64>,
}

impl Device<'_> {
    fn set_volume(&self, percent: u8) {
        self.volume
            .store((f32::from(percent) / 100.0).to_bits(), Ordering::Relaxed);
    }

    fn play(&mut self, rate: u32, samples: &[i16], at: Instant) {
        if self.status.borrow().state == State::Off {
            return;
        }
        let changed = self
            .output
            .as_ref()
            .is_none_or(|output| output.rate != rate);
        if changed && self.next.is_none_or(|next| Instant::now() >= next) {
            self.output = self.open(rate);
        }
        let Some(output) = self.output.as_mut().filter(|output| output.rate == rate) else {
            return;
        };
        output
            .feeder
            .push(samples, at.saturating_duration_since(self.began));
        let tenths = (output.feeder.delay() * 10.0).round() / 10.0;
        let now = Status {
            state: State::Playing,
            behind: Duration::from_secs_f64(tenths),
            underruns: output.feeder.underruns(),
            overflowed: output.feeder.dropped(),
            ..*self.status.borrow()
        };
        self.tell(now);
    }

    /// Gives up a device that no longer asks for sound.
    fn look_after(&mut self) {
        let Some(output) = &self.output else { return };
        let called = Duration::from_millis(output.called.load(Ordering::Relaxed));
        if self.began.elapsed().saturating_sub(called) > LOST {
            self.output = None;
            self.fail("the sound card is gone");
        }
    }

    fn open(&mut self, rate: u32) -> Option<Output> {
        match open(rate, &self.volume, self.began) {
            Ok(output) => {
                self.retry = RETRY.0;
                self.next = None;
                Some(output)
            }
            Err(error) => {
                self.fail(&error);
                None
            }
        }
    }

    fn fail(&mut self, error: &str) {
        tracing::warn!("cannot play: {error}");
        self.next = Some(Instant::now() + self.retry);
        self.retry = (self.retry * 2).min(RETRY.1);
        let now = Status {
            state: State::NoDevice,
            ..*self.status.borrow()
        };
        self.tell(now);
    }

    /// Tells only what is new, so that nobody draws for nothing; and not what the user has ended meanwhile.
    fn tell(&self, now: Status) {
        self.status.send_if_modified(|status| {
            let new = *status != now && status.state != State::Off;
            if new {
                *status = Status {
                    volume: status.volume,
                    dropped: status.dropped,
                    ..now
                };
            }
            new
        });
    }
}

fn open(rate: u32, volume: &Arc<AtomicU32>, began: Instant) -> Result<Output, String> {
    let host = cpal::default_host();
    let device = host
        .default_output_device()
        .ok_or("there is no sound card")?;
    let supported = device
        .default_output_config()
        .map_err(|error| error.to_string())?;
    let called = Arc::new(AtomicU64::new(began.elapsed().as_millis() as u64));
    let mut last = String::new();
    for buffer_size in BUFFERS {
        let config = StreamConfig {
            buffer_size,
            ..supported.config()
        };
        let (feeder, player) = pair(rate, config.sample_rate).map_err(|error| error.to_string())?;
        let callback = Callback {
            player,
            volume: Arc::clone(volume),
            called: Arc::clone(&called),
            began,
            mono: Vec::with_capacity(1 << 16),
        };
        let built = match supported.sample_format() {
            SampleFormat::F32 => build::<f32>(&device, config, callback),
            SampleFormat::I16 => build::<i16>(&device, config, callback),
            SampleFormat::I32 => build::<i32>(&device, config, callback),
            SampleFormat::U8 => build::<u8>(&device, config, callback),
            other => return Err(format!("the sound card wants {other}, which is not known")),
        };
        match built {
            Ok(stream) => {
                return Ok(Output {
                    _stream: stream,
                    feeder,
                    rate,
                    called,
                });
            }
            Err(error) => last = error.to_string(),
        }
    }
    Err(last)
}

fn build<T>(
    device: &cpal::Device,
    config: StreamConfig,
    mut callback: Callback,
) -> Result<Stream, cpal::Error>
where
    T: SizedSample + FromSample<f32>,
{
    let channels = usize::from(config.channels);
    let stream = device.build_output_stream(
        config,
        move |data: &mut [T], _: &cpal::OutputCallbackInfo| callback.fill(data, channels),
        // Told a million times a second by some; whether the device is alive is seen by its calls.
        |_| {},
        None,
    )?;
    stream.play()?;
    Ok(stream)
}

/// What the device calls: pops samples and fills silence, nothing else.
struct Callback {
    player: Player,
    volume: Arc<AtomicU32>,
    called: Arc<AtomicU64>,
    began: Instant,
    mono: Vec<f32>,
}

impl Callback {
    fn fill<T: SizedSample + FromSample<f32>>(&mut self, data: &mut [T], channels: usize) {
        self.called
            .store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
        let gain = f32::from_bits(self.volume.load(Ordering::Relaxed));
        // Its room was made before; only a device of absurd buffers would make it grow.
        self.mono.resize(data.len() / channels.max(1), 0.0);
        self.player.pull(&mut self.mono);
        for (frame, sample) in data.chunks_mut(channels.max(1)).zip(&self.mono) {
            frame.fill(T::from_sample((sample * gain).clamp(-1.0, 1.0)));
        }
    }
}
