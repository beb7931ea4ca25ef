//! The sweep on small dex files assembled from `data/code`, and on files broken on purpose.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where its fixture is not as built")]

use finwatch_core::dex::{sweep, DexInput, EntryPoints, Watch};
use finwatch_core::facts::{Code, CodeCall, Unreadable, Value};
use finwatch_core::limits::Limits;

const CODE: &[u8] = include_bytes!("data/code.dex");
const WATCH: &str = r#"{
    "calls": [
        {"id": "device_id", "class_name": "Landroid/telephony/TelephonyManager;", "name": "getDeviceId"},
        {"id": "subscriber", "class_name": "Landroid/telephony/TelephonyManager;", "name": "getSubscriberId"},
        {"id": "service", "class_name": "Landroid/content/Context;", "name": "getSystemService"},
        {"id": "resolver", "class_name": "Landroid/content/Context;", "name": "getContentResolver"},
        {"id": "sms", "class_name": "Landroid/content/ContentResolver;", "name": "query", "argument": "content://sms"},
        {"id": "contacts", "class_name": "Landroid/content/ContentResolver;", "name": "query", "argument": "ContactsContract"},
        {"id": "cipher", "class_name": "Ljavax/crypto/Cipher;", "name": "getInstance", "proto": "(Ljava/lang/String;)Ljavax/crypto/Cipher;"},
        {"id": "no_such_overload", "class_name": "Ljavax/crypto/Cipher;", "name": "getInstance", "proto": "()V"},
        {"id": "key", "class_name": "Ljavax/crypto/spec/SecretKeySpec;", "name": "<init>"},
        {"id": "init", "class_name": "Ljavax/crypto/Cipher;", "name": "init"},
        {"id": "wide", "class_name": null, "name": "wide"},
        {"id": "ask", "class_name": "Landroid/app/Activity;", "name": "requestPermissions"}
    ],
    "fields": [{"id": "serial", "class_name": "Landroid/os/Build;", "name": "SERIAL"}],
    "strings": [{"id": "sms_uri", "pattern": "^content://"}, {"id": "nothing", "pattern": "no such text"}],
    "types": [
        {"id": "trust", "type_name": "Ljavax/net/ssl/X509TrustManager;", "methods": ["checkServerTrusted", "checkClientTrusted", "getAcceptedIssuers"]},
        {"id": "host", "type_name": "Ljavax/net/ssl/HostnameVerifier;", "methods": ["verify"]},
        {"id": "web", "type_name": "Landroid/webkit/WebViewClient;", "methods": ["onReceivedSslError"]}
    ],
    "prefixes": ["app/", "app/T", "com/none/"]
}"#;

fn run(data: &[u8], limits: &Limits) -> (Code, Vec<Unreadable>) {
    let watch = Watch::from_json(WATCH.as_bytes()).unwrap();
    let entries = EntryPoints {
        application: Some("app.App".to_owned()),
        providers: vec!["app.Provider".to_owned()],
        component_factory: None,
    };
    let mut unreadable = Vec::new();
    let input = DexInput { name: "classes.dex".to_owned(), data };
    let code = sweep(&[input], &watch, &entries, limits, &mut unreadable);
    (code, unreadable)
}

fn code() -> Code {
    let (code, unreadable) = run(CODE, &Limits::default());
    assert_eq!(unreadable, []);
    assert_eq!(code.truncated, [""; 0]);
    code
}

fn calls_in<'c>(code: &'c Code, watch: &str, method: &str) -> Vec<&'c CodeCall> {
    let name = format!("->{method}(");
    code.calls.iter().filter(|call| call.watch == watch && call.at.method.contains(&name)).collect()
}

/// `Some(true)` certain, `Some(false)` possible, `None` not reached.
fn reach(code: &Code, method: &str) -> Option<bool> {
    let calls = calls_in(code, "device_id", method);
    assert_eq!(calls.len(), 1, "{method}");
    calls[0].reach.as_ref().map(|reach| reach.certain)
}

fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else { return "?".to_owned() };
    let of: Vec<String> = value.of.iter().map(|value| shown(value.as_ref())).collect();
    match value.kind {
        "string" => format!("{:?}", value.value),
        "call" => format!("{}({})", value.value.split("->").nth(1).unwrap().split('(').next().unwrap(), of.join(",")),
        "new" => format!("new {}({})", value.value, of.join(",")),
        "parameter" => format!("p{}", value.value),
        _ => value.value.clone(),
    }
}

fn arguments(call: &CodeCall) -> Vec<String> {
    call.args.iter().map(|value| shown(value.as_ref())).collect()
}

#[test]
fn what_every_start_runs_is_certain() {
    let code = code();
    for method in ["certain", "viaFixed", "attached", "inBase", "inLock", "inLockToo", "firstInTry"] {
        assert_eq!(reach(&code, method), Some(true), "{method}");
    }
    assert_eq!(code.field_reads.len(), 1);
    let clinit = code.field_reads[0].reach.as_ref().unwrap();
    assert!(clinit.certain);
    assert_eq!(clinit.path, ["Lapp/Base;-><clinit>()V", "Lapp/Ids;->inClinit()V"]);
}

#[test]
fn a_guard_a_handler_or_dispatch_leaves_it_possible() {
    let code = code();
    for method in ["guarded", "ifAgreed", "secondInTry", "viaOverridden", "inThread", "neverCalled"] {
        assert_eq!(reach(&code, method), Some(false), "{method}");
    }
}

#[test]
fn a_provider_is_start_up_code_until_the_process_ends() {
    let code = code();
    let certain = |watch: &str| {
        let call = code.calls.iter().find(|call| call.watch == watch && call.at.class_is("Lapp/Provider;")).unwrap();
        call.reach.as_ref().unwrap().certain
    };
    assert!(certain("device_id"));
    assert!(!certain("subscriber"));
}

trait ClassOf {
    fn class_is(&self, class: &str) -> bool;
}

impl ClassOf for finwatch_core::facts::CodeAt {
    fn class_is(&self, class: &str) -> bool {
        self.method.split("->").next() == Some(class)
    }
}

#[test]
fn without_entry_points_nothing_is_reached() {
    let watch = Watch::from_json(WATCH.as_bytes()).unwrap();
    let input = DexInput { name: "classes.dex".to_owned(), data: CODE };
    let code = sweep(&[input], &watch, &EntryPoints::default(), &Limits::default(), &mut Vec::new());
    assert!(code.calls.len() > 20);
    assert!(code.calls.iter().all(|call| call.reach.is_none()));
}

#[test]
fn an_activity_of_the_package_is_a_context() {
    let code = code();
    assert_eq!(calls_in(&code, "resolver", "strings")[0].target.split("->").next(), Some("Lapp/Values;"));
    // A static method of the same name is no override.
    assert_eq!(calls_in(&code, "service", "own").len(), 0);
}

#[test]
fn arguments_filter_on_constants_inside_them() {
    let code = code();
    let sms = calls_in(&code, "sms", "strings");
    assert_eq!(sms.len(), 1);
    assert_eq!(
        arguments(sms[0]),
        ["getContentResolver(p0)", "parse(\"content://sms/inbox\")", "null", "null", "null", "null"]
    );
    let contacts = calls_in(&code, "contacts", "strings");
    assert_eq!(contacts.len(), 1);
    assert_eq!(
        arguments(contacts[0])[1],
        "Landroid/provider/ContactsContract$Contacts;->CONTENT_URI:Landroid/net/Uri;"
    );
}

#[test]
fn a_register_that_may_hold_either_is_unknown() {
    let code = code();
    let ciphers = calls_in(&code, "cipher", "branches");
    assert_eq!(ciphers.iter().map(|call| arguments(call)).collect::<Vec<_>>(), [["?"], ["\"once\""]]);
    assert!(code.calls.iter().all(|call| call.watch != "no_such_overload"));
}

#[test]
fn strings_put_together_are_shown_whole() {
    let code = code();
    let ciphers = calls_in(&code, "cipher", "built");
    assert_eq!(arguments(ciphers[0]), ["\"AES/ECB/5\""]);
    assert_eq!(arguments(ciphers[1]), ["toString(\"AES/\",\"ECB\",47,5,p1)"]);
}

#[test]
fn objects_show_what_they_were_made_of() {
    let code = code();
    let key = calls_in(&code, "key", "keys");
    assert_eq!(
        arguments(key[0]),
        ["new Ljavax/crypto/spec/SecretKeySpec;()", "getBytes(\"0123456789abcdef\")", "\"AES\""]
    );
    let init = calls_in(&code, "init", "keys");
    assert_eq!(
        arguments(init[0]),
        ["getInstance(\"AES\")", "1", "new Ljavax/crypto/spec/SecretKeySpec;(getBytes(\"0123456789abcdef\"),\"AES\")"]
    );
    let wide = calls_in(&code, "wide", "own");
    assert_eq!(arguments(wide[0]), ["81985529216486895", "Lapp/Values;"]);
    let ask = calls_in(&code, "ask", "own");
    assert_eq!(arguments(ask[0])[1], "new [Ljava/lang/String;(?,\"android.permission.READ_SMS\")");
}

#[test]
fn strings_come_with_the_instructions_that_load_them() {
    let code = code();
    assert_eq!(code.strings.len(), 1);
    assert_eq!((code.strings[0].value.as_str(), code.strings[0].uses_total), ("content://sms/inbox", 1));
    assert!(code.strings[0].uses[0].method.starts_with("Lapp/Values;->strings("));
    assert_eq!(code.strings[0].uses[0].offset, Some(4));
}

#[test]
fn shapes_of_watched_implementations() {
    let code = code();
    let shapes = |class: &str| -> Vec<(String, &'static str)> {
        let found = code.implementations.iter().find(|found| found.class_name == class).unwrap();
        let name = |method: &str| method.split("->").nth(1).unwrap().split('(').next().unwrap().to_owned();
        found.methods.iter().map(|method| (name(&method.at.method), method.shape)).collect()
    };
    let is = |name: &str, shape: &'static str| (name.to_owned(), shape);
    assert_eq!(
        shapes("Lapp/TrustAll;"),
        [
            is("checkClientTrusted", "throws"),
            is("checkServerTrusted", "empty"),
            is("getAcceptedIssuers", "returns_null")
        ]
    );
    // Through a class of the package, through a class of the platform.
    assert_eq!(shapes("Lapp/TrustSome;"), [is("checkServerTrusted", "other")]);
    assert_eq!(shapes("Lapp/Extended;"), [is("checkServerTrusted", "other")]);
    assert_eq!(shapes("Lapp/AnyHost;"), [is("verify", "returns_true")]);
    assert_eq!(shapes("Lapp/Proceeds;"), [is("onReceivedSslError", "calls")]);
    let proceeds = code.implementations.iter().find(|found| found.class_name == "Lapp/Proceeds;").unwrap();
    assert_eq!(proceeds.methods[0].calls, ["Landroid/webkit/SslErrorHandler;->proceed()V"]);
}

#[test]
fn classes_are_counted_by_prefix_and_package() {
    let code = code();
    let prefixes: Vec<(&str, u32)> = code.prefixes.iter().map(|hit| (hit.prefix.as_str(), hit.classes)).collect();
    assert_eq!(prefixes, [("app/", 12), ("app/T", 3)]);
    assert_eq!(code.packages.len(), 1);
    assert_eq!((code.packages[0].name.as_str(), code.packages[0].classes), ("app", 12));
}

#[test]
fn limits_cut_lists_and_say_so() {
    let limits = Limits { calls: 2, strings: 0, implementations: 1, reach_methods: 1, ..Limits::default() };
    let (code, _) = run(CODE, &limits);
    assert_eq!((code.calls.len(), code.strings.len(), code.implementations.len()), (2, 0, 1));
    assert_eq!(code.truncated, ["calls", "strings", "implementations", "reach_methods"]);
    let deep = Limits { value_depth: 1, ..Limits::default() };
    let (code, _) = run(CODE, &deep);
    assert_eq!(arguments(calls_in(&code, "init", "keys")[0])[0], "getInstance()");
}

/// `CODE` as two logical files of one version 041 entry: the second header stands behind the shared data.
fn container() -> Vec<u8> {
    let word = |at: usize| u32::from_le_bytes(CODE[at..at + 4].try_into().unwrap());
    let mut data = CODE.to_vec();
    let put = |data: &mut Vec<u8>, at: usize, value: usize| {
        data[at..at + 4].copy_from_slice(&(value as u32).to_le_bytes());
    };
    // The longer header takes the place of the first string identifiers: move them all.
    let (count, off) = (word(56) as usize, word(60) as usize);
    let moved = data.len();
    data.extend_from_slice(&CODE[off..off + 4 * count]);
    let second = data.len();
    data.resize(second + 0x78, 0);
    let whole = data.len();
    data[4..8].copy_from_slice(b"041\0");
    put(&mut data, 32, second);
    put(&mut data, 36, 0x78);
    put(&mut data, 60, moved);
    put(&mut data, 0x70, whole);
    put(&mut data, 0x74, 0);
    let header = data[..0x78].to_vec();
    data[second..].copy_from_slice(&header);
    put(&mut data, second + 32, 0x78);
    put(&mut data, second + 0x74, second);
    data
}

#[test]
fn a_container_holds_several_logical_files() {
    let (code, unreadable) = run(&container(), &Limits::default());
    assert_eq!(unreadable, []);
    let names: Vec<(&str, u32, &str)> =
        code.dex.iter().map(|dex| (dex.name.as_str(), dex.classes, dex.version.as_str())).collect();
    assert_eq!(names, [("classes.dex", 12, "041"), ("classes.dex#2", 12, "041")]);
    assert_eq!(code.dex[0].invokes, code.dex[1].invokes);
    assert!(code.dex[0].invokes > 40);
}

#[test]
fn the_checksum_is_checked() {
    assert!(code().dex[0].checksum_ok);
    let mut changed = CODE.to_vec();
    *changed.last_mut().unwrap() ^= 1;
    assert!(!run(&changed, &Limits::default()).0.dex[0].checksum_ok);
}

#[test]
fn a_broken_code_item_costs_only_itself() {
    let whole = code();
    // The body of `TrustAll.checkServerTrusted`, `nop; return-void`, becomes an instruction that needs five units.
    let found = CODE.windows(8).position(|w| w == [2, 0, 0, 0, 0, 0, 0x0e, 0]).unwrap();
    let mut changed = CODE.to_vec();
    changed[found + 6] = 0x18;
    let (code, unreadable) = run(&changed, &Limits::default());
    assert_eq!(unreadable.len(), 1);
    assert!(unreadable[0].reason.contains("break off at code unit 1"), "{unreadable:?}");
    assert_eq!(code.calls.len(), whole.calls.len());
    assert_eq!(code.dex[0].invokes, whole.dex[0].invokes);
}

#[test]
fn what_is_no_dex_file_is_said() {
    for data in [b"".as_slice(), b"dex\n035\0", b"dey\n036\0 optimised", b"PK\x03\x04", b"dex\n099\0abcdefgh"] {
        let (code, unreadable) = run(data, &Limits::default());
        assert_eq!((code.dex.len(), unreadable.len()), (0, 1), "{data:?}");
    }
}
