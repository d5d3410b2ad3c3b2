//! From any rate to one, in whole samples.

use rubato::{
    Async, FixedAsync, Resampler as _, SincInterpolationParameters, SincInterpolationType,
    WindowFunction, audioadapter_buffers::direct::InterleavedSlice,
};

/// Samples that are taken at once.
const STEP: usize = 256;

/// Taps of the filter: a network that looks at forty bands needs no better one.
const TAPS: usize = 64;

/// Takes samples of one rate and gives those of another.
pub(super) enum Resampler {
    /// The rate is right already.
    Same,
    /// It is not.
    Other(Box<Filter>),
}

/// The filter, and what it works on.
pub(super) struct Filter {
    inner: Async<f32>,
    input: Vec<f32>,
    output: Vec<f32>,
    whole: Vec<i16>,
    /// What comes out before the first sample has gone through.
    early: usize,
}

impl Resampler {
    /// None if no resampler can be made for these rates.
    pub(super) fn new(from: u32, to: u32) -> Option<Self> {
        if from == to {
            return Some(Self::Same);
        }
        let parameters = SincInterpolationParameters::new(TAPS, WindowFunction::BlackmanHarris2)
            .interpolation(SincInterpolationType::Linear);
        let ratio = f64::from(to) / f64::from(from);
        let filter = Async::new_sinc(ratio, 1.0, &parameters, STEP, 1, FixedAsync::Input).ok()?;
        let output = vec![0.0; filter.output_frames_max()];
        Some(Self::Other(Box::new(Filter {
            early: filter.output_delay(),
            inner: filter,
            input: Vec::with_capacity(STEP),
            whole: Vec::with_capacity(output.len()),
            output,
        })))
    }

    /// Takes what comes next. Gives what is ready, in pieces whose lengths mean nothing.
    pub(super) fn feed(&mut self, samples: &[i16], mut give: impl FnMut(&[i16])) {
        match self {
            Self::Same => give(samples),
            Self::Other(filter) => {
                let mut rest = samples;
                while !rest.is_empty() {
                    let (now, later) = rest.split_at(rest.len().min(STEP - filter.input.len()));
                    filter.input.extend(now.iter().copied().map(f32::from));
                    rest = later;
                    if filter.input.len() == STEP {
                        give(filter.step());
                        filter.input.clear();
                    }
                }
            }
        }
    }
}

impl Filter {
    fn step(&mut self) -> &[i16] {
        let room = self.output.len();
        let (Ok(input), Ok(mut output)) = (
            InterleavedSlice::new(&self.input, 1, STEP),
            InterleavedSlice::new_mut(&mut self.output, 1, room),
        ) else {
            return &[];
        };
        let made = self
            .inner
            .process_into_buffer(&input, &mut output, None)
            .map_or(0, |(_, made)| made);
        let early = self.early.min(made);
        self.early -= early;
        self.whole.clear();
        // A conversion saturates: a filter may swing over full scale.
        let whole = self.output[early..made].iter();
        self.whole.extend(whole.map(|sample| sample.round() as i16));
        &self.whole
    }
}
