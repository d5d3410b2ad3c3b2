//! A running `omiscope serve` whose streams are read line by line, and single requests to it.

use std::{
    cell::RefCell,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    port::Port,
    program::{PATIENCE, address_in, omiscope},
};

pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    child: Child,
    /// Lines of stdout; None: it is not ours to read.
    stdout: Option<Receiver<String>>,
    stderr: Receiver<String>,
    /// Lines of stderr that were read.
    read: RefCell<Vec<String>>,
}

/// What it wrote until it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What was not read before.
    pub(crate) stdout: Vec<String>,
    pub(crate) stderr: Vec<String>,
}

impl Serving {
    /// Starts it in a home, on a free port, and waits until it listens.
    pub(crate) fn of(home: &Path) -> Self {
        Self::start(omiscope(home).args(["serve", "--port", "0"]))
    }

    /// Starts a command that becomes it, and waits until it listens. Stdout is read, too.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut serving = Self::start_unread(command.stdout(Stdio::piped()));
        let stdout = serving.child.stdout.take().unwrap();
        serving.stdout = Some(lines(stdout));
        serving
    }

    /// The same on a port of its own, for what does not say where it listens.
    pub(crate) fn start_silent(command: &mut Command) -> Self {
        let port = Port::for_a_program();
        let address = port.address();
        let mut child = command
            .args(["--port", &address.port().to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begun.elapsed() < PATIENCE, "it does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        Self {
            address,
            child,
            stdout: Some(lines(stdout)),
            stderr: lines(stderr),
            read: RefCell::default(),
        }
    }

    /// As [`Serving::start`], with stdout as the command has it.
    pub(crate) fn start_unread(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let stderr = lines(child.stderr.take().unwrap());
        let mut serving = Self {
            address: ([0, 0, 0, 0], 0).into(),
            child,
            stdout: None,
            stderr,
            read: RefCell::default(),
        };
        let line = serving.until("listening on http://");
        serving.address = address_in(&line).expect("it says where it listens");
        serving
    }

    /// The next line of stdout.
    pub(crate) fn line(&self) -> String {
        let stdout = self.stdout.as_ref().unwrap();
        stdout.recv_timeout(PATIENCE).expect("a line comes")
    }

    /// Reads its log up to a line that has a text in it.
    pub(crate) fn until(&self, text: &str) -> String {
        let lines = std::iter::from_fn(|| self.stderr.recv_timeout(PATIENCE).ok());
        let mut lines = lines.inspect(|line| self.read.borrow_mut().push(line.clone()));
        let line = lines.find(|line| line.contains(text));
        line.unwrap_or_else(|| panic!("'{text}' is never told in {:?}", self.read.borrow()))
    }

    /// What it said first.
    pub(crate) fn first_line(&self) -> String {
        self.read.borrow()[0].clone()
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end.
    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Closes the pipe of stdout, if it was not read.
    pub(crate) fn close_stdout(&mut self) {
        drop(self.child.stdout.take());
    }

    /// Sends one request. The status and the body of its answer.
    pub(crate) fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &str,
        body: &[u8],
    ) -> (u16, String) {
        ask(self.address, method, target, headers, body)
    }

    /// Posts JSON.
    pub(crate) fn post(&self, target: &str, json: &str) -> (u16, String) {
        let json_type = "content-type: application/json\r\n";
        self.ask("POST", target, json_type, json.as_bytes())
    }

    /// Asks it to end, and waits until it has.
    #[cfg(unix)]
    pub(crate) fn end(self) -> Ended {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Waits until it has ended.
    pub(crate) fn wait(mut self) -> Ended {
        let status = self.child.wait().unwrap();
        let stdout = self.stdout.iter().flatten().collect();
        let mut stderr = self.read.take();
        stderr.extend(&self.stderr);
        Ended {
            status,
            stdout,
            stderr,
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Ended already, or left behind by a test that failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one request; `headers` are whole lines. The status and the body of its answer.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &str,
    body: &[u8],
) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: omiscope\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

fn lines(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (line, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let mut all = BufReader::new(stream).lines().map_while(Result::ok);
        all.try_for_each(|text| line.send(text))
    });
    lines
}
