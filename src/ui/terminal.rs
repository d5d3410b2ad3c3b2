//! Taking the terminal and giving it back, whatever happens: one pair of functions for start, end, panic and suspend.

use std::{
    io::{self, Stdout, Write as _},
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::{
    clipboard::CopyToClipboard,
    cursor::{Hide, Show},
    event::{
        DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
        EnableFocusChange, EnableMouseCapture,
    },
    execute, queue,
    style::Print,
    terminal::{
        EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};
use ratatui::{
    Frame, Terminal,
    backend::{Backend as _, ClearType},
};

use super::{action::TerminalEffect, output::QuietBackend};

/// Whether the screen is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// What the loop needs of a terminal. Tests have their own.
pub trait Surface {
    /// Draws a frame.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn draw(&mut self, render: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()>;

    /// Does what the state cannot do itself.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn perform(&mut self, effect: TerminalEffect) -> io::Result<()>;

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal does not tell.
    fn size(&self) -> io::Result<(u16, u16)>;
}

/// The real terminal, taken until this is dropped.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<QuietBackend<Stdout>>,
    /// Whether the mouse is reported, for the return from a suspension.
    mouse: bool,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When it cannot be put into raw mode or written to.
    pub fn take() -> io::Result<Self> {
        restore_on_panic();
        enter()?;
        let terminal = match Terminal::new(QuietBackend::new(io::stdout())) {
            Ok(terminal) => terminal,
            Err(error) => {
                restore();
                return Err(error);
            }
        };
        Ok(Self {
            terminal,
            mouse: false,
        })
    }

    /// Gives the terminal back and stops; goes on here after `fg`.
    fn suspend(&mut self) -> io::Result<()> {
        restore();
        stop_until_continued()?;
        enter()?;
        if self.mouse {
            execute!(io::stdout(), EnableMouseCapture)?;
        }
        self.repaint()
    }

    /// A new terminal knows nothing of what is on the screen, so it draws all of it. (Clearing would ask for the place of
    /// the cursor, and the reader of keys might take the answer.)
    fn repaint(&mut self) -> io::Result<()> {
        self.terminal = Terminal::new(QuietBackend::new(io::stdout()))?;
        self.terminal.backend_mut().clear_region(ClearType::All)
    }

    fn report_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        if on {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }
}

impl Surface for Screen {
    fn draw(&mut self, render: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render).map(drop)
    }

    fn perform(&mut self, effect: TerminalEffect) -> io::Result<()> {
        match effect {
            TerminalEffect::Suspend => self.suspend(),
            TerminalEffect::Repaint => self.repaint(),
            TerminalEffect::Mouse(on) => self.report_mouse(on),
            TerminalEffect::Copy(text) => {
                execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
            }
            TerminalEffect::Ring => execute!(io::stdout(), Print('\u{7}')),
        }
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let entered = execute!(
        io::stdout(),
        EnterAlternateScreen,
        Hide,
        EnableBracketedPaste,
        EnableFocusChange
    );
    match entered {
        Ok(()) => stderr::hush_terminal(),
        Err(_) => restore(),
    }
    entered
}

/// Gives the terminal back as it was, if it is taken. Undoes everything that may be on, since it is harmless to undo what
/// is not; errors cannot be helped here.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // First, since it waits for nobody: what follows may, if nobody reads the terminal.
    let _ = disable_raw_mode();
    let mut out = io::stdout();
    let _ = queue!(
        out,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    let _ = out.flush();
    stderr::unhush();
}

/// Does something during which nothing that a library prints to stderr may be seen, wherever that leads.
pub(crate) fn hushed<T>(work: impl FnOnce() -> T) -> T {
    stderr::hush();
    let done = work();
    stderr::unhush();
    done
}

/// A panic of the thread that has the screen gives it back before it is told. Panics of other threads are caught, counted
/// and answered where they happen; the screen goes on, and they are only logged.
fn restore_on_panic() {
    let owner = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == owner {
            restore();
            before(panic);
        } else if TAKEN.load(Ordering::SeqCst) {
            tracing::error!("{panic}");
        } else {
            before(panic);
        }
    }));
}

#[cfg(unix)]
fn stop_until_continued() -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    // The whole group, as a shell's own Ctrl-Z would stop it.
    kill_current_process_group(Signal::TSTP).map_err(io::Error::from)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as fallible as on other systems")]
fn stop_until_continued() -> io::Result<()> {
    Ok(())
}

/// While the screen is up, nothing that a library prints to stderr may be drawn over it.
#[cfg(unix)]
mod stderr {
    use std::{fs::OpenOptions, io::IsTerminal as _, os::fd::OwnedFd, sync::Mutex};

    use crate::sync;

    /// The real stderr while it is hushed.
    static KEPT: Mutex<Option<OwnedFd>> = Mutex::new(None);

    /// Sends stderr nowhere, if it is a terminal. (If not, it disturbs nothing, and the user may want it.)
    pub(super) fn hush_terminal() {
        if std::io::stderr().is_terminal() {
            hush();
        }
    }

    /// Sends stderr nowhere.
    pub(super) fn hush() {
        let Ok(nowhere) = OpenOptions::new().write(true).open("/dev/null") else {
            return;
        };
        let Ok(kept) = rustix::io::dup(rustix::stdio::stderr()) else {
            return;
        };
        if rustix::stdio::dup2_stderr(&nowhere).is_ok() {
            *sync::lock(&KEPT) = Some(kept);
        }
    }

    pub(super) fn unhush() {
        if let Some(kept) = sync::lock(&KEPT).take() {
            // If this fails, messages stay unseen; nothing else is lost.
            let _ = rustix::stdio::dup2_stderr(&kept);
        }
    }
}

#[cfg(not(unix))]
mod stderr {
    pub(super) fn hush_terminal() {}

    pub(super) fn hush() {}

    pub(super) fn unhush() {}
}
