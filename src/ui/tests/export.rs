//! What is copied and exported from the screens.

use std::{path::Path, time::Duration};

use crossterm::event::KeyCode;
use jiff::tz::TimeZone;
use ratatui::{buffer::Cell, style::Modifier};

use super::{
    scene::{self, dark, drawn, empty, full, now, text},
    script::{
        Step::{self, Press, Remember, Say, Until, Wait},
        key, misses, play, sees, types,
    },
};
use crate::{
    event::{
        ActionItem, ConversationId, Event, LineId, Memory, MemoryId, Segment, Seq, Transcript,
    },
    export::{order::Lines, watch::Progress},
    losses::LossCounter,
    store::{Location, Settings, Store, Submission, retention::Retention},
    ui::{
        Glyphs, Moment,
        action::{Action, Effect, Errand},
        excerpt::{self, Excerpt},
        outcome::Outcome,
        theme::Theme,
    },
};

/// Long enough for a frame.
const MOMENT: Duration = Duration::from_millis(100);

/// Text that would harm a terminal.
const HOSTILE: &str = "yes\u{1b}[2J\u{202e}\u{7} no";

/// A conversation of two lines and a memory, with hostile words.
async fn store() -> Store {
    let settings = Settings {
        location: Location::Memory,
        silence: Duration::from_mins(2),
        retention: Retention::FOREVER,
    };
    let store = Store::open(settings, LossCounter::default()).unwrap();
    let line = |number: f64, text: &str| Segment {
        text: text.to_owned(),
        is_user: true,
        start: number,
        end: number + 0.5,
        ..Segment::default()
    };
    let transcript = Transcript {
        session: None,
        segments: vec![line(0.0, "Did you book?"), line(1.0, HOSTILE)],
    };
    let memory = Memory {
        id: Some("m".to_owned()),
        created_at: Some(now()),
        title: "The *train*".to_owned(),
        overview: format!("Two tickets.\n{HOSTILE}"),
        action_items: vec![ActionItem {
            description: "Print them".to_owned(),
            ..ActionItem::default()
        }],
        ..Memory::default()
    };
    for event in [
        Event::Transcript(transcript),
        Event::Memory(Box::new(memory)),
    ] {
        let submission = Submission {
            delivery: scene::delivery(now()),
            body: None,
            event: Some(event),
        };
        store.commit(submission).await.unwrap();
    }
    store
}

#[tokio::test]
async fn texts_are_copied_as_the_exports_write_them() {
    let store = store().await;
    let talk = store.talk(ConversationId(1)).unwrap().unwrap();
    let lines: Vec<LineId> = talk.lines.iter().map(|line| line.id).collect();
    let clock = |at: usize| {
        let at = talk.conversation.clock(talk.lines[at].segment.start);
        at.strftime("%H:%M:%S").to_string()
    };
    let of = |conversation, lines: &[LineId]| Lines {
        conversation: ConversationId(conversation),
        lines: lines.to_vec(),
    };
    for (excerpt, expected) in [
        (
            Excerpt::Lines(vec![of(1, &lines[1..])]),
            format!("{} You: yes no", clock(1)),
        ),
        (
            Excerpt::Lines(vec![of(9, &lines), of(1, &lines)]),
            format!("{} You: Did you book?\n{} You: yes no", clock(0), clock(1)),
        ),
        (
            Excerpt::Conversation(ConversationId(1)),
            format!("{} You: Did you book?\n{} You: yes no", clock(0), clock(1)),
        ),
        (
            Excerpt::Gist(MemoryId(1)),
            "The *train*\n\nTwo tickets.\nyes no".to_owned(),
        ),
        (
            Excerpt::Memory(MemoryId(1)),
            "# The \\*train\\*\n\nTwo tickets.\nyes no".to_owned(),
        ),
        (Excerpt::Item(HOSTILE.to_owned()), "yes no".to_owned()),
    ] {
        let name = format!("{excerpt:?}");
        let Outcome::Copied(copied) = excerpt::copied(&store, excerpt, &TimeZone::UTC) else {
            panic!("{name} is not copied");
        };
        assert!(copied.text.contains(&expected), "{name}: {}", copied.text);
        assert!(!copied.text.contains('\u{1b}'), "{name}");
    }
    for gone in [
        Excerpt::Lines(vec![of(1, &[LineId(99)])]),
        Excerpt::Conversation(ConversationId(9)),
        Excerpt::Gist(MemoryId(9)),
        Excerpt::Summary(Seq(9)),
    ] {
        let Outcome::Said(word) = excerpt::copied(&store, gone, &TimeZone::UTC) else {
            panic!("copied");
        };
        assert!(word.ends_with(" no longer there"), "{word}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_screen_copies_what_is_chosen() {
    play(vec![
        Say(3),
        Remember("the train"),
        Wait(MOMENT),
        key('y'),
        Until("clipboard: the line, "),
        key('Y'),
        Until("clipboard: the conversation, "),
        key('2'),
        Until("All about the train."),
        key('y'),
        Until("clipboard: title and overview, "),
        key('Y'),
        Until("clipboard: the memory, "),
        key('3'),
        Until("▌· See to the train"),
        key('y'),
        Until("clipboard: the item, "),
        key('6'),
        Until("1 memory"),
        key('y'),
        Until("there is no summary of this day"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn selected_lines_are_copied_and_exported_together() {
    let home = tempfile::tempdir().unwrap();
    let selected = |numbers: std::ops::RangeInclusive<u32>| {
        Step::Look(Box::new(move |screen| {
            for row in screen.lines().filter(|row| row.contains("line number")) {
                let number = row.split("line number ").nth(1).unwrap();
                let number = number.split_whitespace().next().unwrap().parse().unwrap();
                let marked = row.starts_with("│┃") || row.starts_with("│▌");
                assert_eq!(marked, numbers.contains(&number), "{number}:\n{screen}");
            }
        }))
    };
    let mut steps = vec![
        Say(6),
        Until("line number 5"),
        key('V'),
        Until("1 line selected"),
        Press(KeyCode::Up),
        Press(KeyCode::Up),
        Until("3 lines selected"),
        selected(3..=5),
        // What comes is not among them, not even at the end.
        Press(KeyCode::End),
        Say(1),
        Until("line number 6"),
        sees("1 line selected"),
        selected(5..=5),
        Press(KeyCode::Home),
        Until("6 lines selected"),
        selected(0..=5),
        key('y'),
        Until("clipboard: 6 lines, "),
        Press(KeyCode::Down),
        key('e'),
        Until("the 5 selected lines"),
        // A selection has no sound for itself.
        sees("1 of 6"),
    ];
    steps.extend(folder(home.path()));
    steps.extend([
        Press(KeyCode::Enter),
        Until("1 conversation, 5 lines"),
        key('Z'),
        Until("5 lines selected"),
        // Neither key quits.
        Press(KeyCode::Esc),
        Wait(MOMENT),
        misses("selected"),
        key('V'),
        Until("1 line selected"),
        key('q'),
        Wait(MOMENT),
        misses("selected"),
        // A filter has another choice of lines.
        key('V'),
        Until("1 line selected"),
        key('s'),
        Until("Speaker 1: 7 lines"),
        misses("selected"),
    ]);
    assert_eq!(play(steps).await, 0);
    let made = std::fs::read_dir(home.path()).unwrap().next().unwrap();
    let made = std::fs::read_to_string(made.unwrap().path()).unwrap();
    for number in 0..7 {
        let is_there = made.contains(&format!("\nline number {number}\n"));
        assert_eq!(is_there, (1..=5).contains(&number), "{number}: {made}");
    }
}

#[test]
fn a_selection_is_seen_across_conversations_at_every_size() {
    let both: &[usize] = &[2, 1];
    for (size, glyphs, counts) in [
        ((140, 40), Glyphs::unicode(), both),
        ((80, 24), Glyphs::unicode(), both),
        ((80, 24), Glyphs::ascii(), both),
        ((40, 12), Glyphs::unicode(), both),
        // A line that does not fit is read to its end first.
        ((20, 5), Glyphs::unicode(), &[2]),
    ] {
        let mut view = scene::view(Theme::plain(), &glyphs);
        let select = [Action::First, Action::Select, Action::Down, Action::Down];
        let buffer = drawn(&full(), &mut view, size, &select);
        // Without colour, the words are reversed.
        let reversed = |cell: &&Cell| cell.modifier.contains(Modifier::REVERSED);
        assert!(buffer.content.iter().filter(reversed).count() > 20);
        let which = if glyphs.cursor == "|" {
            "selection_ascii"
        } else {
            "selection"
        };
        insta::assert_snapshot!(format!("{which}_{}x{}", size.0, size.1), text(&buffer));
        let effect = view.act(Action::Copy, Moment::new(&full(), size, now()));
        let Some(Effect::Errand(Errand::Copy(Excerpt::Lines(parts), _))) = effect else {
            panic!("{effect:?}");
        };
        let selected: Vec<_> = parts.iter().map(|part| part.lines.len()).collect();
        assert_eq!(selected, counts);
    }
}

/// Names another folder in the overlay.
fn folder(path: &Path) -> Vec<Step> {
    let mut steps = vec![Press(KeyCode::Down), Press(KeyCode::Down)];
    steps.extend((0..300).map(|_| Press(KeyCode::Backspace)));
    steps.extend(types(path.to_str().unwrap()));
    steps
}

#[tokio::test(start_paused = true)]
async fn a_conversation_is_exported_and_nothing_is_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let into = home.path().join("new");
    let mut steps = vec![Say(3), Until("line number 2"), key('e')];
    steps.extend([Until("this conversation"), Until("/exports")]);
    steps.extend(folder(&into));
    steps.extend([
        Press(KeyCode::Enter),
        Until("1 conversation, 3 lines"),
        misses("Export"),
        // Another format, into the same folder.
        key('e'),
        Until("Export"),
        Press(KeyCode::Down),
        Press(KeyCode::Right),
        Wait(MOMENT),
        sees("plain text"),
        Press(KeyCode::Enter),
        Until("1 conversation, 3 lines"),
        // And the same again.
        key('e'),
        Until("Markdown"),
        Press(KeyCode::Enter),
        Until("(1) 2.md"),
    ]);
    assert_eq!(play(steps).await, 0);
    let mut names: Vec<_> = std::fs::read_dir(&into)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let endings: Vec<_> = names.iter().map(|name| &name[15..]).collect();
    assert_eq!(
        endings,
        [
            " Conversation (1) 2.md",
            " Conversation (1).md",
            " Conversation (1).txt"
        ]
    );
    let file = std::fs::read_to_string(into.join(&names[2])).unwrap();
    assert!(file.contains("Speaker 1: line number 1\n"), "{file}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_exported_is_told() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut steps = vec![key('e'), Until("nothing to export here yet")];
    steps.extend([Say(1), Until("line number 0"), key('e'), Until("/exports")]);
    steps.extend(folder(&file));
    steps.extend([Press(KeyCode::Enter), Until("no export: cannot make")]);
    // Sound is not kept in memory.
    steps.extend([key('4'), key('e'), Until("today's conversations")]);
    steps.extend(folder(home.path()));
    steps.extend([Press(KeyCode::Enter), Until("no export: no sound is kept")]);
    assert_eq!(play(steps).await, 0);
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn an_export_tells_how_far_it_is_and_the_key_stops_it() {
    let mut view = dark();
    let mut shown = |progress| {
        view.set_progress(progress);
        text(&drawn(&full(), &mut view, (80, 24), &[]))
    };
    let progress = |done, of| Some(Progress { done, of });
    let counted = shown(progress(1200, Some(8000)));
    assert!(counted.contains("exporting 1,200 of 8,000 (e stops)"));
    assert!(shown(progress(1_234_567, None)).contains("exporting, 1,234,567 so far (e stops)"));
    assert!(!shown(None).contains("exporting"));
    view.set_progress(progress(0, None));
    assert!(
        view.next_change(&empty(), now())
            .is_some_and(|next| next > now())
    );
    let stop = view.act(Action::Export, Moment::new(&full(), (80, 24), now()));
    assert_eq!(stop, Some(Effect::Errand(Errand::StopExport)));
}

#[test]
fn formats_are_those_of_what_is_exported() {
    let mut view = dark();
    let mut shown = |actions: &[Action]| text(&drawn(&full(), &mut view, (80, 24), actions));
    let screen = shown(&[Action::Export, Action::Down, Action::Left]);
    assert!(screen.contains("WAV, the sound itself"), "{screen}");
    assert!(screen.contains("7 of 7"), "{screen}");
    // A line has no sound for itself.
    let screen = shown(&[Action::Up, Action::Right]);
    assert!(screen.contains("this line"), "{screen}");
    assert!(
        screen.contains("Markdown") && screen.contains("1 of 6"),
        "{screen}"
    );
}
