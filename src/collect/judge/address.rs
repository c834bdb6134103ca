//! What the address says to which a look was led.

use url::Url;

use crate::collect::discover::identity::{canonical, same};
use crate::model::capture::Visit;
use crate::model::source::Source;

/// Parts of paths that ask who is there.
const LOGINS: [&str; 12] = [
    "login",
    "log-in",
    "signin",
    "sign-in",
    "wp-login.php",
    "login.aspx",
    "login.php",
    "login.html",
    "auth",
    "sso",
    "oauth",
    "authenticate",
];
/// Parts of paths, without extension, under which sites put what is not there.
const LOST: [&str; 9] = [
    "404",
    "error404",
    "error-404",
    "404-error",
    "notfound",
    "not-found",
    "not_found",
    "page-not-found",
    "pagenotfound",
];
/// Parts of paths, without extension, under which sites put their faults.
const ERRORS: [&str; 6] = ["error", "errors", "500", "503", "maintenance", "unavailable"];
/// Names of front pages, without extension.
const FRONTS: [&str; 6] = ["index", "home", "default", "main", "start", "homepage"];

/// A redirect to a page that asks who is there.
pub(super) fn leads_to_login(visit: &Visit) -> Option<String> {
    let to = led_to(visit)?;
    parts(to).any(|part| LOGINS.contains(&part.as_str())).then(|| format!("redirected to a login: {to}"))
}

/// A redirect to what is not the statement: the front page, the listing, the section above, a page for what is lost.
pub(super) fn leads_to_no_statement(source: &Source, visit: &Visit) -> Option<String> {
    let to = led_to(visit)?;
    let asked = visit.asked();
    if stems(to).last().is_some_and(|last| LOST.contains(&last.as_str())) {
        return Some(format!("redirected to a page for what is not there: {to}"));
    }
    if same(to, &source.url) && !same(asked, &source.url) {
        return Some(format!("redirected to the source's own address: {to}"));
    }
    if is_front(to) && !is_front(asked) {
        return Some(format!("redirected to the front page: {to}"));
    }
    if is_above(to, asked) {
        return Some(format!("redirected to the section above it: {to}"));
    }
    None
}

/// A redirect to a page for faults.
pub(super) fn leads_to_error(visit: &Visit) -> Option<String> {
    let to = led_to(visit)?;
    let is_error = stems(to).last().is_some_and(|last| ERRORS.contains(&last.as_str()));
    is_error.then(|| format!("redirected to a page for faults: {to}"))
}

/// Where a look was led, if that is another page than the one asked.
fn led_to(visit: &Visit) -> Option<&Url> {
    let to = &visit.answer.url;
    (!visit.hops.is_empty() && !same(to, visit.asked())).then_some(to)
}

fn parts(url: &Url) -> impl Iterator<Item = String> {
    url.path().split('/').filter(|part| !part.is_empty()).map(str::to_ascii_lowercase)
}

fn stems(url: &Url) -> impl Iterator<Item = String> {
    parts(url).map(|part| part.rsplit_once('.').map(|(stem, _)| stem.to_owned()).unwrap_or(part))
}

/// `/`, `/index.html`, `/en`, `/ru/home`, and nothing in the query.
fn is_front(url: &Url) -> bool {
    let rest: Vec<String> = stems(url).filter(|part| !FRONTS.contains(&part.as_str())).collect();
    let language = |part: &str| {
        let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
        letters && (part.len() == 2 || (part.len() == 5 && part.as_bytes()[2] == b'-'))
    };
    url.query().is_none()
        && match rest.as_slice() {
            [] => true,
            [only] => language(only),
            _ => false,
        }
}

/// Whether `to` is the folder of lists that the thing `asked` lay in: `/news` above `/news/17`, not `/news/17` above
/// `/news/17/print`.
fn is_above(to: &Url, asked: &Url) -> bool {
    let (to, asked) = (canonical(to), canonical(asked));
    let names_one_thing =
        |part: &str| part.bytes().any(|byte| byte.is_ascii_digit()) || part.matches(['-', '_']).count() >= 2;
    let folder = to.rsplit('/').next().unwrap_or("");
    let thing = asked.strip_prefix(&to).and_then(|rest| rest.strip_prefix('/'));
    !to.contains('?') && !names_one_thing(folder) && thing.is_some_and(names_one_thing)
}
