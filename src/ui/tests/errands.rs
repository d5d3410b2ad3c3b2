//! What is done beside the loop: how much at a time.

use super::{scene, script::store};
use crate::{
    event::{Edit, LineId},
    losses::LossCounter,
    ui::{action::Errand, errand::Errands},
};

#[tokio::test]
async fn changes_are_bounded_as_all_errands_are() {
    let store = store(&LossCounter::default());
    let mut errands = Errands::new(store, scene::session());
    let mut start = || errands.start(Errand::Edit(Edit::Star(LineId(7), true)));
    let started = (0..100).take_while(|_| start()).count();
    assert_eq!(started, 16);
    errands.done().await;
    assert!(errands.start(Errand::Edit(Edit::Star(LineId(7), true))));
}
