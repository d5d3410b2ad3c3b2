//! The real binary in a pseudo-terminal, and what a user would see there.

use std::{
    io::{Read as _, Write},
    net::SocketAddr,
    num::NonZero,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard},
};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use crate::program::{PATIENCE, address_in, clean_environment};

/// A program on a screen.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    view: Arc<View>,
}

struct View {
    shown: Mutex<Shown>,
    changed: Condvar,
    /// While held, nothing is read from the program: its screen is stalled.
    stall: Mutex<()>,
}

impl View {
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().expect("no reader panics")
    }
}

struct Shown {
    parser: vt100::Parser<Bells>,
    /// A text that is waited for, until it is there. It may be gone again before whoever waits is awake.
    wanted: Option<String>,
}

impl Shown {
    fn take(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        self.look();
    }

    fn want(&mut self, text: &str) {
        self.wanted = Some(text.to_owned());
        self.look();
    }

    fn look(&mut self) {
        let is_there = |text: &mut String| self.parser.screen().contents().contains(&*text);
        self.wanted.take_if(is_there);
    }
}

/// How often it rang.
#[derive(Default)]
struct Bells(usize);

impl vt100::Callbacks for Bells {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.0 += 1;
    }
}

impl Terminal {
    /// Starts the binary with arguments on a screen of this size.
    pub(crate) fn start(home: &Path, arguments: &[&str], size: (u16, u16)) -> Self {
        Self::start_program(
            Path::new(env!("CARGO_BIN_EXE_omiscope")),
            home,
            arguments,
            size,
        )
    }

    /// Starts any program.
    pub(crate) fn start_program(
        program: &Path,
        home: &Path,
        arguments: &[&str],
        (columns, rows): (u16, u16),
    ) -> Self {
        let pty = native_pty_system()
            .openpty(size(columns, rows))
            .expect("a pseudo-terminal opens");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(home);
        command.env_clear();
        for (name, value) in clean_environment(home) {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).expect("the binary starts");
        let view = Arc::new(View {
            shown: Mutex::new(Shown {
                parser: vt100::Parser::new_with_callbacks(
                    cells(rows),
                    cells(columns),
                    0,
                    Bells::default(),
                ),
                wanted: None,
            }),
            changed: Condvar::new(),
            stall: Mutex::new(()),
        });
        let mut output = pty
            .master
            .try_clone_reader()
            .expect("the screen can be read");
        let keyboard = pty.master.take_writer().expect("keys can be sent");
        let reader = Arc::clone(&view);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            loop {
                drop(reader.stall.lock());
                let Ok(count @ 1..) = output.read(&mut bytes) else {
                    return;
                };
                reader.shown().take(&bytes[..count]);
                reader.changed.notify_all();
            }
        });
        Self {
            master: pty.master,
            keyboard,
            child,
            view,
        }
    }

    /// Waits until the screen looks as it should; fails with the last screen otherwise.
    pub(crate) fn wait_until(&self, what: &str, mut holds: impl FnMut(&vt100::Screen) -> bool) {
        self.wait_while(what, |shown| !holds(shown.parser.screen()));
    }

    /// Waits until a text is on the screen, for however short a time.
    pub(crate) fn wait_for(&self, text: &str) {
        self.view.shown().want(text);
        self.wait_while(text, |shown| shown.wanted.is_some());
    }

    /// Whether a text is on the screen within some time, for however short a time.
    #[cfg(all(target_os = "linux", feature = "playback"))]
    pub(crate) fn shows(&self, text: &str, within: std::time::Duration) -> bool {
        self.view.shown().want(text);
        let lacks = |shown: &mut Shown| shown.wanted.is_some();
        let changed = &self.view.changed;
        let waited = changed.wait_timeout_while(self.view.shown(), within, lacks);
        !waited.expect("no reader panics").1.timed_out()
    }

    /// Waits until it has rung.
    pub(crate) fn wait_for_bell(&self) {
        self.wait_while("the bell", |shown| shown.parser.callbacks().0 == 0);
    }

    fn wait_while(&self, what: &str, mut lacks: impl FnMut(&Shown) -> bool) {
        let (shown, waited) = self
            .view
            .changed
            .wait_timeout_while(self.view.shown(), PATIENCE, |shown| lacks(shown))
            .expect("no reader panics");
        assert!(
            !waited.timed_out(),
            "{what} never came:\n{}",
            shown.parser.screen().contents()
        );
    }

    /// Where the program listens, as its screen says.
    pub(crate) fn address(&self) -> SocketAddr {
        let mut found = None;
        self.wait_until("the address", |screen| {
            found = address_in(&screen.contents());
            found.is_some()
        });
        found.expect("it was waited for")
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("keys can be sent");
        self.keyboard.flush().expect("keys can be sent");
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let mut shown = self.view.shown();
        let screen = shown.parser.screen_mut();
        screen.set_size(cells(rows), cells(columns));
        drop(shown);
        self.master
            .resize(size(columns, rows))
            .expect("the screen can be resized");
    }

    /// Stops reading the screen while `during` runs.
    pub(crate) fn stalled<T>(&self, during: impl FnOnce() -> T) -> T {
        let _stall = self.view.stall.lock().expect("no reader panics");
        during()
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid().cast_signed());
        rustix::process::kill_process(pid.expect("the program runs"), signal)
            .expect("it can be signalled");
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().expect("the program runs")
    }

    /// Waits for the end of the program.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("the program ends")
    }

    /// Checks that the terminal is as a shell wants it.
    pub(crate) fn assert_restored(&self) {
        self.wait_until("the restored terminal", |screen| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        });
        #[cfg(unix)]
        {
            let modes = format!(
                "{:?}",
                self.master
                    .get_termios()
                    .expect("the terminal has modes")
                    .local_flags
            );
            assert!(
                modes.contains("ICANON") && modes.contains("ECHO"),
                "still raw: {modes}"
            );
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a screen has cells")
}
