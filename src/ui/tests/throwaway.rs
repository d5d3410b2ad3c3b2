use std::{fmt::Write, time::Instant};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, layout::{Rect, Layout, Constraint}, style::{Color, Modifier}, widgets::Block};
use super::sound::*;
use crate::{audio::{spectrogram::Spectrogram, spectrum::Analyzer, noise::NoiseFloor, meter}, ui::{Glyphs, theme::{Theme, Depth}, panel::{scope::{self, Trace}, spectrum, spectrogram}}};

fn speech() -> Vec<i16> {
    let raw = std::fs::read("/tmp/h-meters/speech.raw").unwrap();
    let mut s: Vec<i16> = raw.as_chunks().0.iter().copied().map(i16::from_le_bytes).collect();
    let mut x = 1u32;
    for v in &mut s { x = x.wrapping_mul(1664525).wrapping_add(1013904223); *v = v.saturating_add(((x >> 16) % 33) as i16 - 16); }
    s
}
fn sgr(c: Color, base: u32) -> String {
    match c {
        Color::Indexed(i) => format!("{};5;{i}", base + 8),
        Color::Reset => format!("{}", base + 9),
        Color::Black => format!("{}", base), Color::Red => format!("{}", base+1), Color::Green => format!("{}", base+2), Color::Yellow => format!("{}", base+3),
        Color::Blue => format!("{}", base+4), Color::Magenta => format!("{}", base+5), Color::Cyan => format!("{}", base+6), Color::Gray => format!("{}", base+7),
        Color::DarkGray => format!("{}", base+60), Color::LightRed => format!("{}", base+61), Color::LightGreen => format!("{}", base+62), Color::LightYellow => format!("{}", base+63),
        Color::LightBlue => format!("{}", base+64), Color::LightMagenta => format!("{}", base+65), Color::LightCyan => format!("{}", base+66), Color::White => format!("{}", base+67),
        _ => String::new(),
    }
}
fn ansi(b: &Buffer) -> String {
    let mut o = String::new();
    for y in 0..b.area.height {
        for x in 0..b.area.width {
            let c = &b[(x, y)];
            let _ = write!(o, "\x1b[0;{}{}{}m{}", sgr(c.fg, 30), if c.modifier.contains(Modifier::BOLD) { ";1" } else { "" }, if c.modifier.contains(Modifier::DIM) { ";2" } else { "" }, c.symbol());
        }
        o.push_str(if y + 1 == b.area.height { "\x1b[0m" } else { "\x1b[0m\r\n" });
    }
    o
}
fn time(name: &str, n: u32, mut f: impl FnMut()) {
    f();
    let mut v: Vec<f64> = (0..n).map(|_| { let t = Instant::now(); f(); t.elapsed().as_secs_f64() * 1e6 }).collect();
    v.sort_by(f64::total_cmp);
    eprintln!("{name}: min {:.1} median {:.1} us", v[0], v[v.len() / 2]);
}
#[test]
fn eyes() {
    let s = speech();
    eprintln!("speech {} s", s.len() / 16000);
    let mut g = Spectrogram::default();
    let end = 16000 * 12 + 3000;
    g.push(&s[..16000 * 4], 16000);
    g.gap(std::time::Duration::from_millis(700));
    g.push(&s[16000 * 4..end], 16000);
    let sp = Analyzer::new(16000).spectrum(&s[..end]);
    for (name, theme, glyphs) in [("dark", Theme::dark(Depth::Many), Glyphs::unicode()), ("dark16", Theme::dark(Depth::Sixteen), Glyphs::unicode()), ("light", Theme::light(Depth::Many), Glyphs::unicode()),("light16", Theme::light(Depth::Sixteen), Glyphs::unicode()),
        ("plain", Theme::plain(), Glyphs::unicode()), ("ascii", Theme::dark(Depth::Many), Glyphs::ascii())] {
        let mut c = context(&glyphs); c.theme = theme;
        for (w, h) in [(140u16, 40u16), (80, 24)] {
            let mut t = Terminal::new(TestBackend::new(w, h)).unwrap();
            t.draw(|f| {
                let [top, bottom] = Layout::vertical([Constraint::Ratio(2, 5), Constraint::Fill(1)]).areas(f.area());
                let [a, b] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(top);
                let frame = |f: &mut ratatui::Frame<'_>, r: Rect, n: &'static str| { let b = Block::bordered().border_set(c.glyphs.border).border_style(c.theme.border).title(n); let i = b.inner(r); f.render_widget(b, r); i };
                let i = frame(f, a, " Scope "); scope::render(f, i, Trace { samples: &s[end - 16000..end], rate: 16000 }, &c);
                let i = frame(f, b, " Spectrum "); spectrum::render(f, i, Some(&sp), &c);
                let i = frame(f, bottom, " Spectrogram "); spectrogram::render(f, i, g.newest(), &c);
            }).unwrap();
            std::fs::write(format!("/tmp/h-meters/{name}_{w}.ans"), ansi(t.backend().buffer())).unwrap();
        }
    }
}
#[test]
fn speed() {
    let s = speech();
    let minute2: Vec<i16> = s.iter().copied().cycle().take(16000 * 120).collect();
    time("burst of 120 s into spectrogram", 5, || { let mut g = Spectrogram::default(); g.push(&minute2, 16000); });
    time("burst of 120 s into noise floor", 5, || { let mut g = NoiseFloor::default(); g.push(&minute2, 16000); });
    time("burst of 120 s level", 5, || { std::hint::black_box(meter::level(&minute2)); });
    let full: Vec<i16> = minute2.iter().map(|x| x.saturating_mul(100)).collect();
    time("burst of 120 s level, clipped", 5, || { std::hint::black_box(meter::level(&full)); });
    let mut g = Spectrogram::default(); g.push(&minute2, 16000);
    time("1 s into running spectrogram", 50, || g.push(&s[..16000], 16000));
    let mut n = NoiseFloor::default(); n.push(&minute2, 16000);
    time("1 s into noise", 50, || n.push(&s[..16000], 16000));
    time("noise level()", 500, || { std::hint::black_box(n.level()); });
    for _ in 0..5 { g.push(&minute2, 16000); }
    time("clone spectrogram of 10 min", 500, || { std::hint::black_box(g.clone()); });
    for rate in [8000, 16000, 48000, 192000] { time(&format!("Analyzer::new {rate}"), 20, || { std::hint::black_box(Analyzer::new(rate)); });
        let a = Analyzer::new(rate); let x: Vec<i16> = minute2[..40000].to_vec(); time(&format!("spectrum {rate}"), 500, || { std::hint::black_box(a.spectrum(&x)); }); }
    let sp = Analyzer::new(16000).spectrum(&s[..40000]);
    for glyphs in [Glyphs::unicode(), Glyphs::ascii()] {
        let c = context(&glyphs);
        for (w, h) in [(200u16, 60u16), (98, 20)] {
            let mut t = Terminal::new(TestBackend::new(w, h)).unwrap();
            let mut i = 0;
            time(&format!("scope {w}x{h}"), 300, || { i += 160; let e = 20000 + i; t.draw(|f| scope::render(f, f.area(), Trace { samples: &s[e - 16000..e], rate: 16000 }, &c)).unwrap(); });
            time(&format!("spectrum {w}x{h}"), 300, || { t.draw(|f| spectrum::render(f, f.area(), Some(&sp), &c)).unwrap(); });
            let mut i = 0;
            time(&format!("spectrogram {w}x{h}"), 300, || { i += 1; t.draw(|f| spectrogram::render(f, f.area(), g.newest().skip(i), &c)).unwrap(); });
            time(&format!("nothing {w}x{h}"), 300, || { t.draw(|_| ()).unwrap(); });
        }
    }
}
