//! The thread that talks to the sound card. It may hang with the card; nobody waits for it.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use cpal::{
    BufferSize, FromSample, SampleFormat, SizedSample, Stream, StreamConfig,
    traits::{DeviceTrait as _, StreamTrait as _},
};

use super::{
    Heard, Shared, State, Status,
    callback::{Callback, Heartbeat},
    found,
};
use crate::sync;

/// Frames that a device is asked to buffer, the best first; the last resort is what it likes.
const BUFFERS: [BufferSize; 4] = [
    BufferSize::Fixed(4096),
    BufferSize::Fixed(2048),
    BufferSize::Fixed(1024),
    BufferSize::Default,
];

/// A device that asks for nothing this long is lost.
const LOST: Duration = Duration::from_millis(500);

/// How often is looked after a device while someone listens.
const LOOK: Duration = Duration::from_millis(250);

/// Between attempts to open a device: first, and at most.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// Before a device is closed: what it has buffered sounds, and then the silence that the callback fades to.
const FADED: Duration = Duration::from_millis(400);

/// Works until the last handle is gone.
pub(super) fn run(shared: &Shared, bell: &Receiver<()>) {
    let mut opener = Opener {
        shared,
        output: None,
        wanted: None,
        wait: RETRY.0,
        next: Instant::now(),
    };
    loop {
        let rung = if shared.status.borrow().state == State::Off {
            bell.recv().map_err(RecvTimeoutError::from)
        } else {
            bell.recv_timeout(LOOK)
        };
        if rung == Err(RecvTimeoutError::Disconnected) {
            return;
        }
        opener.look();
    }
}

struct Opener<'a> {
    shared: &'a Shared,
    output: Option<Output>,
    /// The name that was asked for when it was opened, or tried to be.
    wanted: Option<Arc<str>>,
    /// Until the next attempt but one.
    wait: Duration,
    /// When the next attempt is due.
    next: Instant,
}

/// An open device.
struct Output {
    _stream: Stream,
    name: Arc<str>,
    heartbeat: Arc<Heartbeat>,
}

impl Opener<'_> {
    fn look(&mut self) {
        if self.shared.status.borrow().state == State::Off {
            return self.close();
        }
        let wanted = sync::lock(&self.shared.wanted.device).clone();
        if wanted != self.wanted {
            self.close();
            self.wanted = wanted;
        }
        match &self.output {
            Some(output) if output.heartbeat.silence() > LOST => {
                self.fail(State::Lost, "the sound card asks for nothing any more");
                // May take for ever, so it comes last.
                self.output = None;
            }
            Some(_) => {
                let playing = sync::lock(&self.shared.deck).playing();
                self.tell(if playing {
                    State::Playing
                } else {
                    State::Waiting
                });
            }
            None if Instant::now() >= self.next => self.open(),
            None => {}
        }
    }

    fn open(&mut self) {
        match open(self.shared, self.wanted.as_deref()) {
            Ok(output) => {
                self.output = Some(output);
                self.wait = RETRY.0;
                self.tell(State::Waiting);
            }
            Err(error) => {
                let lost = self.shared.status.borrow().state == State::Lost;
                let state = if lost { State::Lost } else { State::NoDevice };
                self.fail(state, &error);
            }
        }
    }

    fn fail(&mut self, state: State, error: &str) {
        sync::lock(&self.shared.deck).unplug();
        if self.shared.status.borrow().state != state {
            tracing::warn!("cannot play: {error}");
        }
        self.tell(state);
        self.next = Instant::now() + self.wait;
        self.wait = (self.wait * 2).min(RETRY.1);
    }

    fn close(&mut self) {
        self.wait = RETRY.0;
        self.next = Instant::now();
        if self.output.is_some() {
            std::thread::sleep(FADED);
            sync::lock(&self.shared.deck).unplug();
            self.output = None;
        }
    }

    /// Tells only what is new, so that nobody draws for nothing; and not what the user has ended meanwhile.
    fn tell(&self, state: State) {
        let (delay, tally) = {
            let deck = sync::lock(&self.shared.deck);
            (deck.delay(), deck.tally())
        };
        self.shared.status.send_if_modified(|status| {
            let device = self.output.as_ref().map(|output| Arc::clone(&output.name));
            let now = Status {
                state,
                device,
                behind: if status.heard == Heard::Live {
                    tenths(delay)
                } else {
                    Duration::ZERO
                },
                underruns: tally.underruns,
                dropped: tenths(tally.dropped),
                skipped: tenths(tally.skipped),
                ..status.clone()
            };
            let new = *status != now && status.state != State::Off;
            if new {
                *status = now;
            }
            new
        });
    }
}

fn tenths(seconds: f64) -> Duration {
    Duration::from_millis((seconds * 10.0).round() as u64 * 100)
}

fn open(shared: &Shared, wanted: Option<&str>) -> Result<Output, String> {
    let device = found::find(wanted)?;
    let name = device.description().map(|about| about.name().to_owned());
    let name: Arc<str> = name.unwrap_or_default().into();
    let supported = device
        .default_output_config()
        .map_err(|error| error.to_string())?;
    let mut last = String::new();
    for buffer_size in BUFFERS {
        let config = StreamConfig {
            buffer_size,
            ..supported.config()
        };
        let heartbeat = Arc::new(Heartbeat::new());
        let callback = Callback::new(
            sync::lock(&shared.deck).plug(config.sample_rate),
            Arc::clone(&shared.wanted),
            Arc::clone(&heartbeat),
        );
        let built = match supported.sample_format() {
            SampleFormat::F32 => build::<f32>(&device, config, callback),
            SampleFormat::F64 => build::<f64>(&device, config, callback),
            SampleFormat::I16 => build::<i16>(&device, config, callback),
            SampleFormat::I24 => build::<cpal::I24>(&device, config, callback),
            SampleFormat::I32 => build::<i32>(&device, config, callback),
            SampleFormat::U8 => build::<u8>(&device, config, callback),
            SampleFormat::U16 => build::<u16>(&device, config, callback),
            other => return Err(format!("the sound card wants {other}, which is not known")),
        };
        match built {
            Ok(stream) => {
                // To open it may have taken longer than a device may be silent.
                heartbeat.beat();
                return Ok(Output {
                    _stream: stream,
                    name,
                    heartbeat,
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
    let channels = usize::from(config.channels).max(1);
    let stream = device.build_output_stream(
        config,
        move |data: &mut [T], _: &cpal::OutputCallbackInfo| callback.fill(data, channels),
        // Told a million times a second by some; whether the device is alive is seen by its heartbeat.
        |_| {},
        None,
    )?;
    stream.play()?;
    Ok(stream)
}
