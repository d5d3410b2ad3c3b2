/// The sorts of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they are those of actions")]
pub enum ActionKind {
    Run,
    Post,
    File,
    Notify,
    Star,
    Ring,
}

impl ActionKind {
    /// Its name in `config.toml`, in metrics and in the queue.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Post => "post",
            Self::File => "file",
            Self::Notify => "notify",
            Self::Star => "star",
            Self::Ring => "ring",
        }
    }
}
