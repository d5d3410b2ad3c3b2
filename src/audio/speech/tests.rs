use super::*;

fn wav(path: &str) -> Vec<i16> {
    std::fs::read(path)
        .unwrap()
        .as_chunks::<2>()
        .0
        .iter()
        .copied()
        .map(i16::from_le_bytes)
        .collect()
}

#[test]
fn explore() {
    let speech = wav("/tmp/t/speech.s16");
    let clips: Vec<(usize, usize)> = std::fs::read_to_string("assets/demo/speech.toml")
        .unwrap()
        .lines()
        .filter_map(|l| {
            let s = l
                .split("start = ")
                .nth(1)?
                .split(',')
                .next()?
                .parse()
                .ok()?;
            let n = l
                .split("length = ")
                .nth(1)?
                .split(',')
                .next()?
                .parse()
                .ok()?;
            Some((s, n))
        })
        .collect();
    // With silence between
    for rate in [16_000u32, 8_000, 4_000, 44_100, 48_000, 192_000] {
        let mut sound = vec![];
        let mut truth = vec![];
        let mut seed = 1u64;
        let mut noise = |n: usize| -> Vec<i16> {
            (0..n)
                .map(|_| {
                    seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1);
                    ((seed >> 40) % 33) as i16 - 16
                })
                .collect()
        };
        for (s, n) in &clips {
            sound.extend(noise(16000 + s % 8000));
            truth.push((sound.len() as f64 / 16e3, (sound.len() + n) as f64 / 16e3));
            let ns = noise(*n);
            sound.extend(
                speech[*s..s + n]
                    .iter()
                    .zip(ns)
                    .map(|(a, b)| a.saturating_add(b)),
            );
        }
        let at_rate: Vec<i16> = if rate == 16_000 {
            sound.clone()
        } else {
            let mut r = Resampler::new(16_000, rate).unwrap();
            let mut out = vec![];
            r.feed(&sound, |s| out.extend_from_slice(s));
            out
        };
        let mut d = Detector::new(rate).unwrap();
        let mut frames = vec![];
        let t = std::time::Instant::now();
        d.hear(&at_rate, &mut frames);
        let took = t.elapsed();
        let secs = at_rate.len() as f64 / f64::from(rate);
        let (mut tp, mut fp, mut fnn, mut tn) = (0, 0, 0, 0);
        for f in &frames {
            let inside = truth
                .iter()
                .any(|(a, b)| f.start >= *a && f.start + 0.016 <= *b);
            let near = truth
                .iter()
                .any(|(a, b)| f.start > a - 0.3 && f.start < b + 0.3);
            match (f.is_speech(), inside, near) {
                (true, true, _) => tp += 1,
                (false, true, _) => fnn += 1,
                (true, false, false) => fp += 1,
                (false, false, false) => tn += 1,
                _ => (),
            }
        }
        let mut on = vec![];
        let mut off = vec![];
        for (a, b) in &truth {
            if let Some(f) = frames.iter().find(|f| f.is_speech() && f.start > a - 0.3) {
                on.push(f.start - a);
            }
            if let Some(f) = frames
                .iter()
                .rev()
                .find(|f| f.is_speech() && f.start < b + 0.5)
            {
                off.push(f.start + 0.016 - b);
            }
        }
        on.sort_by(f64::total_cmp);
        off.sort_by(f64::total_cmp);
        println!(
            "{rate}: {:.1} us/s tp {tp} fn {fnn} fp {fp} tn {tn}; onset {:.3} {:.3} {:.3} off {:.3} {:.3} {:.3}",
            took.as_secs_f64() / secs * 1e6,
            on[on.len() / 20],
            on[on.len() / 2],
            on[on.len() * 19 / 20],
            off[off.len() / 20],
            off[off.len() / 2],
            off[off.len() * 19 / 20]
        );
        if rate == 16_000 {
            let mut gains: Vec<f64> = vec![];
            for (f, s) in frames.iter().zip(sound.as_chunks::<256>().0) {
                if truth
                    .iter()
                    .any(|(a, b)| f.start >= *a && f.start + 0.016 <= *b)
                {
                    gains.push(10.0 * tone::gain(s).unwrap_or(1.0).log10());
                }
            }
            gains.sort_by(f64::total_cmp);
            for q in [0.0, 0.0001, 0.001, 0.01, 0.05, 0.1, 0.5] {
                println!(
                    "  gain q{q}: {:.1} dB",
                    gains[(q * gains.len() as f64) as usize]
                );
            }
        }
    }
    for (name, f) in [
        ("100", 100.0),
        ("440", 440.0),
        ("1000", 1000.0),
        ("3000", 3000.0),
        ("7000", 7000.0f64),
    ] {
        for amp in [30.0f64, 300.0, 3000.0, 30000.0] {
            let mut seed = 1u64;
            let sound: Vec<i16> = (0..48000)
                .map(|n| {
                    seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1);
                    let noise = ((seed >> 40) % 33) as f64 - 16.0;
                    ((f64::from(n) * f / 16e3 * std::f64::consts::TAU).sin() * amp + noise) as i16
                })
                .collect();
            let mut d = Detector::new(16000).unwrap();
            let mut frames = vec![];
            d.hear(&sound, &mut frames);
            let raw = {
                let mut e = earshot::Detector::default();
                sound
                    .as_chunks::<256>()
                    .0
                    .iter()
                    .filter(|s| e.predict_i16(&s[..]) >= 0.5)
                    .count()
            };
            let gains: Vec<f64> = sound
                .as_chunks::<256>()
                .0
                .iter()
                .map(|s| 10.0 * tone::gain(s).unwrap_or(1.0).log10())
                .collect();
            println!(
                "tone {name} amp {amp}: {:?} raw {:.2} gain {:.1}",
                share(&frames),
                raw as f64 / 187.0,
                gains[50]
            );
        }
    }
}
