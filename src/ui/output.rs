//! From frames to bytes: one write a frame, inside a synchronized update, and none at all for a frame that changes nothing.

use std::io::{self, Write};

use crossterm::{
    queue,
    terminal::{BeginSynchronizedUpdate, Clear, EndSynchronizedUpdate},
};
use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

/// Collects what is written until a flush, then writes it in one piece.
#[derive(Debug)]
pub(super) struct Frames<W> {
    out: W,
    frame: Vec<u8>,
}

/// Room for a frame of a large terminal.
const FRAME: usize = 64 << 10;

impl<W: Write> Frames<W> {
    pub(super) fn new(out: W) -> Self {
        let mut frames = Self {
            out,
            frame: Vec::with_capacity(FRAME),
        };
        frames.begin();
        frames
    }

    fn begin(&mut self) {
        self.frame.clear();
        // Writing to a Vec cannot fail.
        let _ = queue!(self.frame, BeginSynchronizedUpdate);
    }

    fn is_empty(&self) -> bool {
        self.frame.len() <= b"\x1b[?2026h".len()
    }
}

impl<W: Write> Write for Frames<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        queue!(self.frame, EndSynchronizedUpdate)?;
        self.out.write_all(&self.frame)?;
        self.begin();
        self.out.flush()
    }
}

/// A crossterm backend that leaves out what changes nothing: the empty diff, and hiding a cursor that is hidden.
#[derive(Debug)]
pub(super) struct QuietBackend<W: Write>(CrosstermBackend<Frames<W>>);

impl<W: Write> QuietBackend<W> {
    pub(super) fn new(out: W) -> Self {
        Self(CrosstermBackend::new(Frames::new(out)))
    }
}

impl<W: Write> Backend for QuietBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            Ok(())
        } else {
            self.0.draw(content)
        }
    }

    /// The screen hides the cursor when it is entered and shows it when it is left. A `Terminal` that is dropped would show
    /// it, too, although a new one has taken its place.
    fn hide_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }

    /// Becomes part of the next frame, so that a resize or a repaint never shows the screen blank.
    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        if clear_type == ClearType::All {
            queue!(self.0, Clear(crossterm::terminal::ClearType::All))
        } else {
            self.0.clear_region(clear_type)
        }
    }

    fn size(&self) -> io::Result<Size> {
        self.0.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.0.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use ratatui::{Terminal, TerminalOptions, Viewport, layout::Rect, text::Line};

    use super::*;

    /// Remembers every write.
    #[derive(Clone, Default)]
    struct Writes(Rc<RefCell<Vec<Vec<u8>>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_changed_frame_is_one_write_and_an_unchanged_one_is_none() {
        let writes = Writes::default();
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, 200, 60)),
        };
        let mut terminal =
            Terminal::with_options(QuietBackend::new(writes.clone()), options).unwrap();
        let mut draw = |text: &str| {
            terminal
                .draw(|frame| frame.render_widget(Line::raw(text.to_owned()), frame.area()))
                .unwrap();
            writes.0.borrow_mut().drain(..).collect::<Vec<_>>()
        };
        let first = draw("hello");
        assert_eq!(first.len(), 1);
        assert!(first[0].starts_with(b"\x1b[?2026h") && first[0].ends_with(b"\x1b[?2026l"));
        assert!(draw("hello").is_empty());
        assert_eq!(draw("hullo").len(), 1);
    }

    #[test]
    fn a_terminal_that_is_replaced_leaves_the_cursor_hidden() {
        let writes = Writes::default();
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, 80, 24)),
        };
        let mut terminal =
            Terminal::with_options(QuietBackend::new(writes.clone()), options).unwrap();
        terminal.draw(|_| {}).unwrap();
        drop(terminal);
        assert!(writes.0.borrow().is_empty());
    }

    #[test]
    fn clearing_is_part_of_the_frame_that_follows() {
        let writes = Writes::default();
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, 80, 24)),
        };
        let mut terminal =
            Terminal::with_options(QuietBackend::new(writes.clone()), options).unwrap();
        terminal.backend_mut().clear_region(ClearType::All).unwrap();
        assert!(writes.0.borrow().is_empty());
        terminal
            .draw(|frame| frame.render_widget(Line::raw("hello"), frame.area()))
            .unwrap();
        let [frame] = &writes.0.borrow()[..] else {
            panic!("one write")
        };
        assert!(frame.starts_with(b"\x1b[?2026h\x1b[2J"), "{frame:?}");
    }
}
