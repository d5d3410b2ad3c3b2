//! Scrolling through the past, page by page, gives every line once and in order.

use super::{super::*, support::*};

async fn filled() -> Store {
    let store = ephemeral();
    for talk in 0..7 {
        // One conversation is longer than a page, some lines share a start.
        let lines = if talk == 3 { 40 } else { 3 };
        let lines = (0..lines).map(|n| {
            let start = f64::from(n / 2);
            segment(
                &format!("{talk}-{n}"),
                start,
                start + 1.0,
                &format!("{talk}.{n}"),
            )
        });
        store
            .commit(said(i64::from(talk) * 1000 + 20, lines.collect()))
            .await
            .unwrap();
    }
    store
}

fn texts(page: &Page) -> Vec<String> {
    page.lines
        .iter()
        .map(|line| line.segment.text.clone())
        .collect()
}

fn anchor(page: &Page, line: &Line) -> Anchor {
    let home = page
        .conversations
        .iter()
        .find(|home| home.id == line.conversation);
    Anchor::of(home.unwrap(), line)
}

#[tokio::test]
async fn pages_join_without_gap_or_overlap_both_ways() {
    let store = filled().await;
    let all = texts(&store.page(Anchor::end(), Side::Before, 1000).unwrap());
    assert_eq!(all.len(), 6 * 3 + 40);
    assert_eq!(
        all,
        texts(
            &store
                .page(Anchor::at(Timestamp::MIN), Side::After, 1000)
                .unwrap()
        )
    );
    for size in [1, 2, 5, 17, 100] {
        let mut back = Vec::new();
        let mut at = Anchor::end();
        loop {
            let page = store.page(at, Side::Before, size).unwrap();
            assert!(page.lines.len() <= size);
            let Some(first) = page.lines.first() else {
                break;
            };
            at = anchor(&page, first);
            back.splice(0..0, texts(&page));
        }
        assert_eq!(back, all, "backwards by {size}");
        let mut forth = Vec::new();
        let mut at = Anchor::at(Timestamp::MIN);
        loop {
            let page = store.page(at, Side::After, size).unwrap();
            let Some(last) = page.lines.last() else {
                break;
            };
            at = anchor(&page, last);
            forth.extend(texts(&page));
        }
        assert_eq!(forth, all, "forwards by {size}");
    }
    let middle = store.page(Anchor::at(at(4000)), Side::After, 1).unwrap();
    assert_eq!(texts(&middle), ["4.0"]);
}
