//! A time-stamp authority of our own: keys and certificates made anew by `openssl` for each test, no file from elsewhere.
//!
//! Where there is no `openssl`, the tests that need it say so and go on.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The settings of root, intermediate, signer and authority; what is in capitals is filled in.
const SETTINGS: &str = "\
[req]
prompt = no
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[between]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = USAGE
subjectKeyIdentifier = hash
[tsa]
default_tsa = ours
[ours]
serial = serial
signer_cert = signer.pem
certs = between.pem
signer_key = signer.key
signer_digest = HASH
default_policy = 1.3.6.1.4.1.55555.1
other_policies = 1.3.6.1.4.1.55555.2
digests = sha256, sha384, sha512
accuracy = secs:1
clock_precision_digits = DIGITS
tsa_name = yes
ess_cert_id_alg = ESS
";

/// What an authority is made of.
pub struct Made {
    /// `rsa`, `p256` or `p384`.
    pub key: &'static str,
    /// The hash that it signs over.
    pub hash: &'static str,
    /// The hash that names its certificate in what it signs.
    pub ess: &'static str,
    /// The signer's extended key usage, as openssl writes it; nothing leaves it out.
    pub usage: &'static str,
    /// For how many days the signer is valid.
    pub days: u32,
    /// Digits of a second in its times.
    pub digits: u32,
}

impl Default for Made {
    fn default() -> Self {
        Self { key: "rsa", hash: "sha256", ess: "sha256", usage: "critical, timeStamping", days: 30, digits: 0 }
    }
}

/// An authority in a folder of its own.
pub struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    /// Makes one; `None` where there is no `openssl` to do it.
    pub fn new(made: &Made) -> Option<Self> {
        if Command::new("openssl").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            eprintln!("there is no openssl here: what needs an authority is not tested");
            return None;
        }
        let authority = Self { folder: tempfile::tempdir().expect("a folder") };
        let mut settings = SETTINGS.replace("HASH", made.hash).replace("ESS", made.ess);
        settings = settings.replace("DIGITS", &made.digits.to_string());
        settings = match made.usage {
            "" => settings.replace("extendedKeyUsage = USAGE\n", ""),
            usage => settings.replace("USAGE", usage),
        };
        fs::write(authority.path("settings.cnf"), settings).expect("to write the settings");
        fs::write(authority.path("serial"), "01\n").expect("to write the serial");
        let kind: &[&str] = match made.key {
            "rsa" => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            "p256" => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            "p384" => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            other => panic!("no such kind of key: {other}"),
        };
        for name in ["root", "between", "signer"] {
            let file = format!("{name}.key");
            authority.openssl(&[&["genpkey"], kind, &["-out", &file]].concat(), b"");
        }
        let root: &[&str] =
            &["req", "-new", "-x509", "-config", "settings.cnf", "-extensions", "root", "-key", "root.key"];
        authority.openssl(&[root, &["-days", "9000", "-subj", "/O=Tests/CN=Root", "-out", "root.pem"]].concat(), b"");
        authority.certify("between", "root", 8000);
        authority.certify("signer", "between", made.days);
        Some(authority)
    }

    fn certify(&self, name: &str, by: &str, days: u32) {
        let (key, subject) = (format!("{name}.key"), format!("/O=Tests/CN={name}"));
        let request = self.openssl(&["req", "-new", "-config", "settings.cnf", "-key", &key, "-subj", &subject], b"");
        let (days, pem) = (days.to_string(), format!("{name}.pem"));
        let (by_pem, by_key) = (format!("{by}.pem"), format!("{by}.key"));
        let sign: &[&str] = &["x509", "-req", "-CA", &by_pem, "-CAkey", &by_key, "-CAcreateserial", "-days", &days];
        let sign = [sign, &["-extfile", "settings.cnf", "-extensions", name, "-out", &pem]].concat();
        self.openssl(&sign, &request);
    }

    /// A file of its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its root, as a person would be given it.
    pub fn root(&self) -> Vec<u8> {
        fs::read(self.path("root.pem")).expect("a root")
    }

    /// Answers a request.
    pub fn reply(&self, request: &[u8]) -> Vec<u8> {
        self.try_reply(request).expect("a reply")
    }

    /// Answers a request, unless openssl will not sign as what it is.
    pub fn try_reply(&self, request: &[u8]) -> Option<Vec<u8>> {
        fs::write(self.path("request"), request).expect("to write the request");
        run(self.folder.path(), &["ts", "-reply", "-config", "settings.cnf", "-queryfile", "request"], b"").ok()
    }

    fn openssl(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        run(self.folder.path(), arguments, input).unwrap_or_else(|error| panic!("openssl {arguments:?}: {error}"))
    }
}

fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("openssl");
    command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("openssl");
    child.stdin.take().expect("its input").write_all(input).expect("to be read");
    let done = child.wait_with_output().expect("its output");
    if done.status.success() { Ok(done.stdout) } else { Err(String::from_utf8_lossy(&done.stderr).into_owned()) }
}
