//! What RFC 9309 and the conformance suite of its authors expect of a parser, in our words: a file, then addresses that it
//! allows and addresses that it forbids.

use std::fmt::Write as _;

use url::Url;

use super::Rules;

const HOST: &str = "http://ministry.example";

/// Checks paths against the rules that a file has for us.
#[track_caller]
fn expect(file: impl AsRef<[u8]>, allowed: &[&str], forbidden: &[&str]) {
    let file = file.as_ref();
    let rules = Rules::parse(file);
    let is_allowed = |path: &&&str| rules.check(&Url::parse(&format!("{HOST}{path}")).expect("an address")).is_ok();
    let shown = String::from_utf8_lossy(&file[..file.len().min(400)]);
    let wrong: Vec<_> = allowed.iter().filter(|path| !is_allowed(path)).collect();
    assert!(wrong.is_empty(), "forbidden and should not be: {wrong:?} by\n{shown}");
    let wrong: Vec<_> = forbidden.iter().filter(is_allowed).collect();
    assert!(wrong.is_empty(), "allowed and should not be: {wrong:?} by\n{shown}");
}

/// Rules for us alone.
fn ours(rules: &str) -> String {
    format!("user-agent: OnRecord\n{rules}")
}

#[test]
fn lines_are_names_and_values() {
    expect("", &["/", "/x/y"], &[]);
    expect(ours("disallow: /\n"), &[], &["/", "/x/y"]);
    expect("foo: OnRecord\nbar: /\n", &["/x/y"], &[]);
    // the colon is forgotten often enough
    expect("user-agent OnRecord\ndisallow /\n", &[], &["/x/y"]);
    for names in
        [["USER-AGENT", "ALLOW", "DISALLOW"], ["user-agent", "allow", "disallow"], ["uSeR-aGeNt", "AlLoW", "dIsAlLoW"]]
    {
        let [agent, allow, disallow] = names;
        expect(format!("{agent}: OnRecord\n{allow}: /x/\n{disallow}: /\n"), &["/x/y"], &["/a/b"]);
    }
}

#[test]
fn groups_of_one_name_are_one_and_rules_outside_of_groups_are_none() {
    let file = |name: &str, second: &str, third: &str| {
        format!(
            "allow: /foo/bar/\n\nuser-agent: {name}\ndisallow: /\nallow: /x/\nuser-agent: {second}\ndisallow: /\nallow: /y/\n\n\n\
             allow: /w/\nuser-agent: {third}\n\nuser-agent: {name}\nallow: /z/\ndisallow: /\n"
        )
    };
    let outside = "/foo/bar/";
    expect(file("OnRecord", "Second", "Third"), &["/x/b", "/z/d"], &["/y/c", outside]);
    expect(file("First", "OnRecord", "Third"), &["/y/c", "/w/a"], &["/z/d", outside]);
    expect(file("First", "Second", "OnRecord"), &["/z/d"], &[outside]);
}

#[test]
fn lines_that_are_no_rules_close_no_group() {
    for between in ["Sitemap: http://ministry.example/sitemap", "Something-Unknown: unknown"] {
        expect(format!("User-agent: Other\n{between}\nUser-agent: *\nDisallow: /\n"), &[], &["/"]);
        expect(format!("User-agent: OnRecord\n{between}\nUser-agent: *\nDisallow: /\n"), &[], &["/"]);
    }
}

#[test]
fn names_are_compared_without_case_up_to_the_first_space() {
    for name in ["ONRECORD", "onrecord", "oNrEcOrD", "OnRecord Images", "OnRecord/1.0"] {
        expect(
            format!("User-Agent: *\nDisallow: /\nUser-Agent: {name}\nAllow: /x/\nDisallow: /\n"),
            &["/x/y"],
            &["/a/b"],
        );
    }
    expect("User-Agent: OnRecorder\nDisallow: /\n", &["/x"], &[]);
    expect("User-Agent: On\nDisallow: /\n", &["/x"], &[]);
    expect("User-Agent:\nDisallow: /\n", &["/x"], &[]);
}

#[test]
fn everybodys_rules_hold_where_there_are_none_for_us() {
    expect("user-agent: *\nallow: /\nuser-agent: OnRecord\ndisallow: /\n", &[], &["/x/y"]);
    expect("user-agent: *\nallow: /\nuser-agent: Other\ndisallow: /\n", &["/x/y"], &[]);
    expect("user-agent: First\nallow: /\nuser-agent: Second\ndisallow: /\n", &["/x/y"], &[]);
    expect("User-agent: *\nDisallow: /x/\nUser-agent: OnRecord\nDisallow: /y/\n", &["/x/page"], &["/y/page"]);
}

#[test]
fn the_longest_rule_wins_and_the_milder_of_two_as_long() {
    expect(ours("disallow: /x/\n"), &["/X/y"], &["/x/y"]);
    expect(ours("disallow: /X/\n"), &["/x/y"], &["/X/y"]);
    expect(ours("disallow: /x/page.html\nallow: /x/\n"), &["/x/"], &["/x/page.html"]);
    expect(ours("allow: /x/page.html\ndisallow: /x/\n"), &["/x/page.html"], &["/x/"]);
    expect(ours("disallow: \nallow: \n"), &["/x/page.html"], &[]);
    expect(ours("disallow: /\nallow: /\n"), &["/x/page.html"], &[]);
    expect(ours("disallow: /x\nallow: /x/\n"), &["/x/"], &["/x"]);
    expect(ours("disallow: /x/page.html\nallow: /x/page.html\n"), &["/x/page.html"], &[]);
    expect(ours("allow: /page\ndisallow: /*.html\n"), &["/page"], &["/page.html"]);
    expect(ours("allow: /x/page.\ndisallow: /*.html\n"), &["/x/page.html"], &["/x/y.html"]);
    expect(ours("allow: /p\ndisallow: /\n"), &["/page"], &["/x"]);
    expect(ours("allow: /folder\ndisallow: /folder\n"), &["/folder/page"], &[]);
    expect(ours("allow: /page\ndisallow: /*.htm\n"), &[], &["/page.htm"]);
    expect(ours("allow: /$\ndisallow: /\n"), &["/"], &["/page.html"]);
}

#[test]
fn paths_are_compared_as_they_are_encoded() {
    let query = "/foo/bar?qux=taz&baz=http://foo.bar?tar&par";
    expect(ours(&format!("Disallow: /\nAllow: {query}\n")), &[query], &["/foo/bar"]);
    for written in ["/foo/bar/ツ", "/foo/bar/%E3%83%84"] {
        expect(
            ours(&format!("Disallow: /\nAllow: {written}\n")),
            &["/foo/bar/%E3%83%84", "/foo/bar/ツ"],
            &["/foo/bar/"],
        );
    }
    // letters that need no encoding and have one: only what is written the same way is told for sure
    expect(ours("Disallow: /\nAllow: /foo/bar/%62%61%7A\n"), &["/foo/bar/%62%61%7A"], &["/foo/bar/qux"]);
}

#[test]
fn stars_dollars_and_remarks() {
    expect(
        ours("Disallow: /foo/bar/quz\nAllow: /foo/*/qux\n"),
        &["/foo/quz", "/foo//quz", "/foo/bax/quz"],
        &["/foo/bar/quz"],
    );
    expect(
        ours("Disallow: /foo/bar$\nAllow: /foo/bar/qux\n"),
        &["/foo/bar/qux", "/foo/bar/", "/foo/bar/baz"],
        &["/foo/bar"],
    );
    expect(ours("# Disallow: /\nDisallow: /foo/quz#qux\nAllow: /\n"), &["/foo/bar"], &["/foo/quz"]);
    let fish =
        ["/fish", "/fish.html", "/fish/salmon.html", "/fishheads", "/fishheads/yummy.html", "/fish.html?id=anything"];
    for rule in ["/fish", "/fish*"] {
        expect(ours(&format!("disallow: /\nallow: {rule}\n")), &fish, &["/bar", "/Fish.asp", "/catfish", "/?id=fish"]);
    }
    expect(
        ours("disallow: /\nallow: /fish/\n"),
        &["/fish/", "/fish/salmon", "/fish/?salmon", "/fish/salmon.html", "/fish/?id=anything"],
        &["/bar", "/fish", "/fish.html", "/Fish/Salmon.html"],
    );
    expect(
        ours("disallow: /\nallow: /*.php\n"),
        &[
            "/filename.php",
            "/folder/filename.php",
            "/folder/filename.php?parameters",
            "//folder/any.php.file.html",
            "/filename.php/",
            "/index?f=filename.php/",
        ],
        &["/bar", "/php/", "/index?php", "/windows.PHP"],
    );
    expect(
        ours("disallow: /\nallow: /*.php$\n"),
        &["/filename.php", "/folder/filename.php"],
        &[
            "/bar",
            "/filename.php?parameters",
            "/filename.php/",
            "/filename.php5",
            "/php/",
            "/filename?php",
            "/aaaphpaaa",
            "//windows.PHP",
        ],
    );
    expect(
        ours("disallow: /\nallow: /fish*.php\n"),
        &["/fish.php", "/fishheads/catfish.php?parameters"],
        &["/bar", "/Fish.PHP"],
    );
}

#[test]
fn index_html_stands_for_its_folder() {
    expect(
        "User-Agent: *\nAllow: /allowed-slash/index.html\nDisallow: /\n",
        &["/allowed-slash/", "/allowed-slash/index.html"],
        &["/allowed-slash/index.htm", "/anyother-url"],
    );
}

#[test]
fn lines_may_end_in_every_usual_way() {
    let lines = ["User-Agent: Other", "Allow: /some/path", "User-Agent: OnRecord", "", "", "Disallow: /"];
    for end in ["\n", "\r\n", "\r"] {
        expect(lines.join(end), &[], &["/x"]);
        expect(lines.join(end) + end, &[], &["/x"]);
    }
    expect("User-Agent: Other\nAllow: /some/path\r\nUser-Agent: OnRecord\n\r\n\nDisallow: /", &[], &["/x"]);
}

#[test]
fn a_byte_order_mark_is_passed_over_at_the_beginning_alone() {
    let rules = ours("Disallow: /\n");
    for mark in [&b"\xef\xbb\xbf"[..], b"\xef\xbb", b"\xef"] {
        expect([mark, rules.as_bytes()].concat(), &[], &["/x"]);
    }
    expect([b"\xef\x11\xbf", rules.as_bytes()].concat(), &["/x"], &[]);
    expect([&b"User-Agent: OnRecord\n"[..], b"\xef\xbb\xbf", b"Disallow: /\n"].concat(), &["/x"], &[]);
}

#[test]
fn sitemaps_may_stand_anywhere() {
    let address = "http://ministry.example/sitemap.xml";
    let (rules, sitemap) =
        ("User-Agent: foo\nAllow: /some/path\nUser-Agent: bar\n\n\n", format!("Sitemap: {address}\n"));
    for file in [format!("{rules}{sitemap}"), format!("{sitemap}{rules}")] {
        let found: Vec<String> = Rules::parse(file.as_bytes()).sitemaps().iter().map(Url::to_string).collect();
        assert_eq!(found, [address]);
    }
}

/// The suite lets a parser cut a line at 16 KiB or more; whatever is cut, a rule of ordinary length holds beside it.
#[test]
fn endless_lines_disturb_no_others() {
    let mut file = ours("disallow: /\n");
    for letter in ["a", "b"] {
        let _ = writeln!(file, "allow: /x/{}/qux", letter.repeat(16_600));
    }
    file.push_str("allow: /y/\n");
    expect(&file, &["/y/z"], &["/", "/x/"]);
    let long = format!("/x/{}", "a".repeat(16_600));
    expect(ours(&format!("disallow: {long}/qux\n")), &["/fux"], &[&format!("{long}/qux")]);
    expect(&file, &[&format!("{long}/qux")], &[&format!("{long}x/fux")]);
}
