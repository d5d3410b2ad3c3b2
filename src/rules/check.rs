//! What can be told of rules before anything happens: what they need and is not there.

use std::net::SocketAddr;

use super::{Action, Rule};
use crate::advice::Advice;

/// What stands in the way of rules, where a listener is at this address: the rule, its action, and why that cannot be done on this
/// machine. Looks at the disk.
#[must_use]
pub fn obstacles(rules: &[Rule], listener: SocketAddr) -> Vec<Advice> {
    let actions = rules.iter().flat_map(|rule| {
        let actions = rule.actions.iter();
        actions.map(move |action| (rule, action))
    });
    let obstacles = actions.filter_map(|(rule, action)| {
        let (why, remedy) = obstacle(action, listener)?;
        let found = format!("{}, {}: {why}", rule.name, action.kind().name());
        Some(Advice::warning("rule", found, remedy))
    });
    obstacles.collect()
}

fn obstacle(action: &Action, listener: SocketAddr) -> Option<(String, &'static str)> {
    match action {
        Action::Run(program) if !program.is_there() => Some((
            format!("{} is not there, or may not be run", program.path.display()),
            "a name without / is looked for in PATH, any other from the folder of config.toml on; `chmod +x` makes it run",
        )),
        Action::Notify(_) => {
            let missing = super::action::missing_notifier()?;
            let remedy = "install it, or leave notify out";
            Some((format!("{missing} is not installed"), remedy))
        }
        Action::Post(post) if post.address.is_at(listener) => Some((
            "it posts to omiscope itself, which refuses that".to_owned(),
            "post it elsewhere",
        )),
        Action::File(file, _) => Some((
            file.obstacle()?,
            "name a file; what is to reach another program goes by run or post",
        )),
        Action::Run(_) | Action::Post(_) | Action::Star | Action::Ring => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Address, FileName, Headers, Post, Program, When};

    #[test]
    fn what_is_not_there_and_what_leads_back_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let program = |path: &str| {
            Action::Run(Program {
                path: path.into(),
                arguments: Vec::new(),
                folder: folder.path().to_owned(),
                timeout: std::time::Duration::from_secs(1),
            })
        };
        let post = |url: &str| {
            Action::Post(Post {
                address: Address::parse(url).unwrap(),
                headers: Headers::default(),
                body: None,
            })
        };
        std::fs::write(folder.path().join("plain.txt"), "").unwrap();
        let file = |name| Action::File(FileName::parse(folder.path(), name).unwrap(), None);
        let listener = "127.0.0.1:32768".parse().unwrap();
        let told = |action: Action| {
            let rule = Rule {
                name: "r".into(),
                when: When::default(),
                again: false,
                actions: vec![action],
                reply: None,
            };
            obstacles(&[rule], listener).pop().map(|it| it.found)
        };
        let program_of_tests = std::env::current_exe().unwrap();
        assert_eq!(told(program(&program_of_tests.display().to_string())), None);
        let lacks = told(program("./nothere.sh")).unwrap();
        assert!(
            lacks.starts_with("r, run: ./nothere.sh is not there"),
            "{lacks}"
        );
        assert!(told(program("no-such-program-anywhere")).is_some());
        assert_eq!(told(file("plain.txt")), None);
        let no_file = told(file(".")).unwrap();
        assert!(no_file.contains("neither a file"), "{no_file}");
        #[cfg(unix)]
        assert!(told(program("./plain.txt")).is_some());
        for (url, leads_back) in [
            ("http://127.0.0.1:32768/webhook?key=K", true),
            ("http://localhost:32768/webhook", true),
            ("http://localhost:3000/webhook", false),
            ("https://example.org/", false),
        ] {
            assert_eq!(told(post(url)).is_some(), leads_back, "{url}");
        }
    }
}
