//! Paths and methods.

use hyper::Method;

/// Where a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// A delivery. The key may be the rest of the path.
    Webhook,
    /// A short text, for tunnels and browsers that look whether anyone is here.
    Greeting,
    /// Whether we live.
    Health,
    /// Counters.
    Metrics,
    /// The path is known, the method is not; with what is allowed.
    WrongMethod(&'static str),
    /// Nothing is here.
    Nowhere,
}

impl Route {
    /// Its name in metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Greeting => "greeting",
            Self::Health => "healthz",
            Self::Metrics => "metrics",
            Self::WrongMethod(_) | Self::Nowhere => "other",
        }
    }
}

/// Finds the route of a request.
#[expect(
    clippy::match_same_arms,
    reason = "one row for each path, as in the table above the module"
)]
pub(super) fn route(method: &Method, path: &str) -> Route {
    let reading = matches!(*method, Method::GET | Method::HEAD);
    let posting = *method == Method::POST;
    match without_slash(path) {
        "/webhook" if posting => Route::Webhook,
        "/webhook" if reading => Route::Greeting,
        "/webhook" => Route::WrongMethod("POST, GET, HEAD"),
        "" if reading => Route::Greeting,
        "" => Route::WrongMethod("GET, HEAD"),
        "/healthz" if reading => Route::Health,
        "/healthz" => Route::WrongMethod("GET, HEAD"),
        "/metrics" if *method == Method::GET => Route::Metrics,
        "/metrics" => Route::WrongMethod("GET"),
        other if key_in(other).is_some() && posting => Route::Webhook,
        other if key_in(other).is_some() => Route::WrongMethod("POST"),
        _ => Route::Nowhere,
    }
}

/// Whether a path is the webhook's, whatever the method.
pub(super) fn is_webhook(path: &str) -> bool {
    without_slash(path) == "/webhook" || key_in(path).is_some()
}

/// The key in `/webhook/<key>`, still percent-encoded.
pub(super) fn key_in(path: &str) -> Option<&str> {
    without_slash(path)
        .strip_prefix("/webhook/")
        .filter(|key| !key.is_empty() && !key.contains('/'))
}

/// A path without the slash that a sender may have put at its end.
fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_and_method_has_one_place_to_go() {
        let cases = [
            ("POST", "/webhook", Route::Webhook),
            ("POST", "/webhook/", Route::Webhook),
            ("POST", "/webhook/some-key", Route::Webhook),
            ("POST", "/webhook/some-key/", Route::Webhook),
            ("GET", "/webhook", Route::Greeting),
            ("HEAD", "/", Route::Greeting),
            ("GET", "/healthz", Route::Health),
            ("GET", "/metrics", Route::Metrics),
            ("HEAD", "/metrics", Route::WrongMethod("GET")),
            ("PUT", "/webhook", Route::WrongMethod("POST, GET, HEAD")),
            ("GET", "/webhook/some-key", Route::WrongMethod("POST")),
            ("POST", "/", Route::WrongMethod("GET, HEAD")),
            ("POST", "/webhook/a/b", Route::Nowhere),
            ("GET", "/favicon.ico", Route::Nowhere),
        ];
        for (method, path, expected) in cases {
            assert_eq!(
                route(&method.parse().unwrap(), path),
                expected,
                "{method} {path}"
            );
        }
    }
}
