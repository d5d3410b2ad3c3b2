use std::io::{self, ErrorKind, Write};

use crate::losses::LossCounter;

/// Bytes that are written at once when there is much to write.
const BATCH: usize = 64 << 10;

/// Where lines go that wait for a slow reader. What cannot be written is counted, and the next lines are tried again.
pub struct Lines {
    to: Box<dyn Write + Send>,
    losses: LossCounter,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Well,
    /// It failed the last time, perhaps within a line.
    Failing {
        torn: bool,
    },
    /// Whoever read has gone, and wants nothing any longer.
    Gone,
}

impl Lines {
    /// Lines to a stream or a file.
    pub fn new(to: impl Write + Send + 'static, losses: LossCounter) -> Self {
        Self {
            to: Box::new(to),
            losses,
            state: State::Well,
        }
    }

    /// Writes lines, each with its newline. Blocks as long as the reader does.
    pub fn write(&mut self, lines: impl IntoIterator<Item = String>) {
        let mut batch = String::new();
        for line in lines {
            batch.push_str(&line);
            if batch.len() >= BATCH {
                self.put(&batch);
                batch.clear();
            }
        }
        if !batch.is_empty() {
            self.put(&batch);
        }
    }

    fn put(&mut self, lines: &str) {
        if self.state == State::Gone {
            return;
        }
        // What was torn is ended, or it would spoil the next line too.
        let torn = self.state == State::Failing { torn: true };
        let ended = if torn { "\n" } else { "" };
        let text = [ended, lines].concat();
        let mut left = text.as_bytes();
        match self.put_all(&mut left) {
            Ok(()) => {
                if self.state != State::Well {
                    tracing::info!("lines can be written again");
                }
                self.state = State::Well;
            }
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                tracing::warn!("nobody reads the lines any longer; deliveries are taken as before");
                self.state = State::Gone;
            }
            Err(error) => {
                let written = &text.as_bytes()[..text.len() - left.len()];
                let torn = written.last().map_or(torn, |last| *last != b'\n');
                let from = written.len().max(ended.len());
                let count = String::from_utf8_lossy(&text.as_bytes()[from..])
                    .lines()
                    .count();
                self.losses.add(|losses| losses.log_lines += count as u64);
                if !matches!(self.state, State::Failing { .. }) {
                    tracing::warn!("lines cannot be written: {error}");
                }
                self.state = State::Failing { torn };
            }
        }
    }

    fn put_all(&mut self, left: &mut &[u8]) -> io::Result<()> {
        while !left.is_empty() {
            match self.to.write(left) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => *left = &left[count..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Takes so many bytes, then fails until it is given more room.
    #[derive(Debug, Clone, Default)]
    struct Disk(Arc<Mutex<(Vec<u8>, usize)>>);

    impl Disk {
        fn room(&self, bytes: usize) {
            self.0.lock().unwrap().1 = bytes;
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().0.clone()).unwrap()
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().unwrap();
            let count = bytes.len().min(disk.1);
            if count == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            disk.0.extend(&bytes[..count]);
            disk.1 -= count;
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn some(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn a_full_disk_costs_the_lines_that_do_not_fit_and_no_more() {
        let (disk, losses) = (Disk::default(), LossCounter::default());
        let mut lines = Lines::new(disk.clone(), losses.clone());
        disk.room(6);
        lines.write(some(&["one", "two", "three"]));
        assert_eq!(disk.text(), "one\ntw");
        assert_eq!(losses.get().log_lines, 2);
        lines.write(some(&["four"]));
        assert_eq!(losses.get().log_lines, 3);
        disk.room(100);
        lines.write(some(&["five"]));
        assert_eq!(disk.text(), "one\ntw\nfive\n");
        lines.write(some(&["six"]));
        assert_eq!(disk.text(), "one\ntw\nfive\nsix\n");
        assert_eq!(losses.get().log_lines, 3);
    }

    #[test]
    fn a_reader_who_has_gone_loses_nothing() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let losses = LossCounter::default();
        let mut lines = Lines::new(Closed, losses.clone());
        lines.write(some(&["one"]));
        lines.write(some(&["two"]));
        assert!(!losses.get().any());
    }
}
