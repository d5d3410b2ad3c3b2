//! `omiscope rebuild` as a user runs it.

use std::{path::Path, process::Output, thread, time::Duration};

use crate::{
    program::{Sender, omiscope},
    serving::Serving,
};

fn run(home: &Path, arguments: &[&str]) -> (bool, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = omiscope(home).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.success(), text(stdout), text(stderr))
}

fn done(said: &str) -> (bool, String, String) {
    (true, format!("{said}\n"), String::new())
}

#[test]
fn it_groups_what_a_server_has_kept_once_the_server_is_gone() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let (worked, _, refused) = run(home, &["rebuild"]);
    assert!(
        !worked && refused.contains("nothing is kept in"),
        "{refused}"
    );

    let serve = Serving::of(home);
    let mut sender = Sender::connect(serve.address).unwrap();
    assert_eq!(sender.say("a", 100.0, "the first words").unwrap(), 200);
    // A silence is a matter of the wall clock: nothing else can make one here.
    thread::sleep(Duration::from_secs(2));
    assert_eq!(sender.say("b", 101.0, "and the next").unwrap(), 200);
    let (worked, said, refused) = run(home, &["rebuild"]);
    assert!(!worked && said.is_empty());
    assert!(refused.contains("is in use by process"), "{refused}");
    serve.kill();

    assert_eq!(run(home, &["rebuild"]), done("nothing to change"));
    let parted = "2 conversations, 1 changed, 1 new, 0 gone; 1 line moved";
    assert_eq!(run(home, &["rebuild", "--silence", "1s"]), done(parted));
    assert_eq!(
        run(home, &["rebuild", "--silence", "1s"]),
        done("nothing to change")
    );
    let joined = "1 conversation, 1 changed, 0 new, 1 gone; 1 line moved";
    assert_eq!(run(home, &["rebuild"]), done(joined));
    assert_eq!(run(home, &["check"]), done("all is well"));
}
