//! The data folder: is it there, ours, and who uses it?

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener},
    path::Path,
};

use super::{Finding, Setup, key::is_open, setup::existing};
use crate::store;

const ELSEWHERE: &str = "make it writable for this user, or choose another with --data-dir";

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let Some(folder) = setup.folder() else {
        return vec![Finding::note(
            "in-memory",
            "everything is kept in memory, and nothing after the end",
            "leave --ephemeral out to keep what is delivered",
        )];
    };
    let told = folder.display();
    match folder.metadata() {
        Ok(found) if !found.is_dir() => vec![Finding::fail(
            "folder-unusable",
            format!("{told} is no folder"),
            "choose another with --data-dir",
        )],
        Ok(_) => of_folder(folder, setup.survey.config.address()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => vec![to_come(folder)],
        Err(error) => vec![Finding::fail(
            "folder-unusable",
            format!("{told} cannot be used: {error}"),
            ELSEWHERE,
        )],
    }
}

fn to_come(folder: &Path) -> Finding {
    let told = folder.display();
    match existing(folder).filter(|above| above.is_dir() && is_writable(above)) {
        Some(_) => Finding::ok(
            "folder-to-come",
            format!("{told} is made at the first start"),
        ),
        None => Finding::fail(
            "folder-unusable",
            format!("{told} is not there and cannot be made"),
            ELSEWHERE,
        ),
    }
}

fn of_folder(folder: &Path, address: SocketAddr) -> Vec<Finding> {
    let told = folder.display();
    let mut findings = vec![if is_writable(folder) {
        match store::holder(folder) {
            Ok(Some(process)) => in_use(&told, &process, address),
            Ok(None) => Finding::ok("folder", format!("{told}, in use by nobody")),
            Err(error) => Finding::fail(
                "folder-unusable",
                format!("the lock in {told} cannot be read: {error}"),
                ELSEWHERE,
            ),
        }
    } else {
        Finding::fail(
            "folder-unusable",
            format!("{told} cannot be written to"),
            ELSEWHERE,
        )
    }];
    if is_open(folder) {
        findings.push(Finding::warn(
            "folder-open",
            format!("other users can look into {told}"),
            format!("chmod 700 {told}"),
        ));
    }
    findings
}

/// A start with these settings works only if it is the one that runs.
fn in_use(folder: &impl fmt::Display, process: &str, address: SocketAddr) -> Finding {
    let told = format!("{folder}, in use by process {process}");
    if address.port() == 0 || TcpListener::bind(address).is_err() {
        return Finding::ok("folder-in-use", told);
    }
    Finding::fail(
        "folder-in-use",
        format!("{told}, which does not listen on {address}"),
        "stop it, or choose another folder with --data-dir; if it is omiscope, run doctor with its settings",
    )
}

#[cfg(unix)]
fn is_writable(folder: &Path) -> bool {
    use rustix::fs::{Access, access};

    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn is_writable(folder: &Path) -> bool {
    let metadata = folder.metadata();
    metadata.is_ok_and(|metadata| !metadata.permissions().readonly())
}
