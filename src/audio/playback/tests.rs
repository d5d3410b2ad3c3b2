use super::*;

#[test]
fn volume_and_muting_stay_within_bounds() {
    let playback =
        Playback::start(std::sync::Arc::new(crate::audio::playback::kept::Nothing)).unwrap();
    let status = playback.status();
    playback.set_volume(200);
    assert_eq!(status.borrow().volume, Playback::LOUDEST);
    playback.change_volume(-128);
    playback.change_volume(-128);
    assert_eq!(status.borrow().volume, 0);
    playback.mute(true);
    assert!(status.borrow().muted);
}

#[test]
fn what_changes_nothing_wakes_nobody() {
    let playback =
        Playback::start(std::sync::Arc::new(crate::audio::playback::kept::Nothing)).unwrap();
    let mut status = playback.status();
    status.mark_unchanged();
    playback.set_listening(false);
    playback.set_volume(Status::default().volume);
    playback.mute(false);
    assert!(!status.has_changed().unwrap());
}
