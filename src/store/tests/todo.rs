//! What is to be done, as one list.

use super::{super::*, support::*};
use crate::event::{ActionItem, ActionSource, DaySummary, Edit, Kind, Memory, SummaryAction};

fn item(description: &str, completed: bool, due: Option<i64>) -> ActionItem {
    ActionItem {
        description: description.to_owned(),
        completed,
        due_at: due.map(at),
    }
}

fn memory(id: &str, deleted: bool, action_items: Vec<ActionItem>) -> Memory {
    Memory {
        id: Some(id.to_owned()),
        title: id.to_owned(),
        action_items,
        deleted,
        ..Memory::default()
    }
}

fn summary(second: i64, day: i8, items: &[(&str, bool)]) -> Submission {
    let item = |(description, completed): &(&str, bool)| SummaryAction {
        description: (*description).to_owned(),
        priority: Some("high".to_owned()),
        completed: *completed,
    };
    let summary = DaySummary {
        date: Some(jiff::civil::date(2026, 11, day)),
        headline: format!("day {day}"),
        action_items: items.iter().map(item).collect(),
        ..DaySummary::default()
    };
    submission(second, Kind::DaySummary, Event::Summary(summary.into()))
}

/// The list as "[x] what (from)".
fn listed(store: &Store) -> Vec<String> {
    let ids = store.todo_ids().unwrap();
    let todos = store.todos(&ids).unwrap();
    assert_eq!(todos.len(), ids.len());
    let show = |(_, todo): &(todo::TodoId, todo::Todo)| {
        let tick = if todo.is_done() { 'x' } else { ' ' };
        format!("[{tick}] {} ({})", todo.description, todo.title)
    };
    todos.iter().map(show).collect()
}

#[tokio::test]
async fn what_is_open_comes_first_and_what_is_due_before_it() {
    let store = ephemeral();
    let older = vec![
        item("pay", false, Some(900)),
        item("sow", true, Some(1)),
        item("call", false, None),
    ];
    let newer = vec![item("post", false, Some(100)), item("read", false, None)];
    for submission in [
        remembered(1, memory("a", false, older)),
        remembered(2, memory("b", false, newer)),
        remembered(3, memory("gone", true, vec![item("never", false, None)])),
        summary(4, 1, &[("replaced", false)]),
        summary(5, 1, &[("rest", false), ("sleep", true)]),
    ] {
        store.commit(submission).await.unwrap();
    }
    let expected = [
        "[ ] post (b)",
        "[ ] pay (a)",
        "[ ] rest (day 1)",
        "[ ] read (b)",
        "[ ] call (a)",
        "[x] sleep (day 1)",
        "[x] sow (a)",
    ];
    assert_eq!(listed(&store), expected);
    assert_eq!(store.open_todos().unwrap(), 5);
}

#[tokio::test]
async fn a_tick_holds_and_is_taken_away() {
    let store = ephemeral();
    let both = vec![item("one", false, None), item("two", false, None)];
    store
        .commit(remembered(1, memory("m", false, both)))
        .await
        .unwrap();
    store
        .commit(summary(2, 1, &[("rest", false)]))
        .await
        .unwrap();
    let tick = async |description: &str, done| {
        let ids = store.todo_ids().unwrap();
        let todos = store.todos(&ids).unwrap();
        let (id, _) = todos
            .iter()
            .find(|(_, todo)| todo.description == description)
            .unwrap();
        let edit = Edit::Tick(id.source, description.to_owned(), done);
        assert!(store.edit(edit).await.unwrap());
        id.source
    };
    assert!(matches!(tick("one", true).await, ActionSource::Memory(_)));
    assert!(matches!(tick("rest", true).await, ActionSource::Summary(_)));
    assert_eq!(
        listed(&store),
        ["[ ] two (m)", "[x] rest (day 1)", "[x] one (m)"]
    );
    tick("one", false).await;
    assert_eq!(
        listed(&store),
        ["[ ] one (m)", "[ ] two (m)", "[x] rest (day 1)"]
    );
}
