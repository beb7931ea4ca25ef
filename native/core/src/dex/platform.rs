//! The little of Android's own class hierarchy that no package contains and the watch list leans on.
//!
//! Only the family of `Context` is followed upwards when a call is matched: a call of `getContentResolver` through
//! an activity is a call of `Context.getContentResolver`. Elsewhere a subclass of the platform may differ in just
//! the point that is watched (`SecureRandom` is a `Random`), so nothing is inferred.

/// Descendants of `Context` in the platform, each with its superclass. Source: AOSP `frameworks/base` class headers.
const CONTEXT_FAMILY: &[(&str, &str)] = &[
    ("Landroid/accessibilityservice/AccessibilityService;", "Landroid/app/Service;"),
    ("Landroid/app/Activity;", "Landroid/view/ContextThemeWrapper;"),
    ("Landroid/app/ActivityGroup;", "Landroid/app/Activity;"),
    ("Landroid/app/AliasActivity;", "Landroid/app/Activity;"),
    ("Landroid/app/Application;", "Landroid/content/ContextWrapper;"),
    ("Landroid/app/ExpandableListActivity;", "Landroid/app/Activity;"),
    ("Landroid/app/IntentService;", "Landroid/app/Service;"),
    ("Landroid/app/ListActivity;", "Landroid/app/Activity;"),
    ("Landroid/app/NativeActivity;", "Landroid/app/Activity;"),
    ("Landroid/app/Service;", "Landroid/content/ContextWrapper;"),
    ("Landroid/app/TabActivity;", "Landroid/app/ActivityGroup;"),
    ("Landroid/app/backup/BackupAgent;", "Landroid/content/ContextWrapper;"),
    ("Landroid/app/backup/BackupAgentHelper;", "Landroid/app/backup/BackupAgent;"),
    ("Landroid/app/job/JobService;", "Landroid/app/Service;"),
    ("Landroid/content/ContextWrapper;", "Landroid/content/Context;"),
    ("Landroid/content/MutableContextWrapper;", "Landroid/content/ContextWrapper;"),
    ("Landroid/inputmethodservice/InputMethodService;", "Landroid/app/Service;"),
    ("Landroid/net/VpnService;", "Landroid/app/Service;"),
    ("Landroid/nfc/cardemulation/HostApduService;", "Landroid/app/Service;"),
    ("Landroid/preference/PreferenceActivity;", "Landroid/app/ListActivity;"),
    ("Landroid/service/notification/NotificationListenerService;", "Landroid/app/Service;"),
    ("Landroid/service/quicksettings/TileService;", "Landroid/app/Service;"),
    ("Landroid/service/wallpaper/WallpaperService;", "Landroid/app/Service;"),
    ("Landroid/view/ContextThemeWrapper;", "Landroid/content/ContextWrapper;"),
    ("Landroid/widget/RemoteViewsService;", "Landroid/app/Service;"),
];

/// Platform types that are a watched type themselves, so that whoever extends them implements it. Source: JSSE
/// (`javax.net.ssl`) and AOSP `libcore`.
const ABSTRACT_BASES: &[(&str, &str)] = &[
    ("Ljavax/net/ssl/X509ExtendedTrustManager;", "Ljavax/net/ssl/X509TrustManager;"),
    ("Ljavax/net/ssl/X509TrustManager;", "Ljavax/net/ssl/TrustManager;"),
];

/// Supertypes of `descriptor` within the family of `Context`, nearest first.
pub(crate) fn context_bases(descriptor: &[u8]) -> impl Iterator<Item = &'static str> + '_ {
    let up = |name: &[u8]| {
        let found = CONTEXT_FAMILY.binary_search_by(|entry| entry.0.as_bytes().cmp(name)).ok()?;
        CONTEXT_FAMILY.get(found).map(|entry| entry.1)
    };
    std::iter::successors(up(descriptor), move |name| up(name.as_bytes()))
}

/// `class` is `Context` or one of its family that others of the family extend.
pub(crate) fn is_context_base(class: &str) -> bool {
    CONTEXT_FAMILY.iter().any(|entry| entry.1 == class)
}

/// The platform supertype of `descriptor` that a watched type may be, if it is a known base.
pub(crate) fn abstract_base(descriptor: &[u8]) -> Option<&'static str> {
    ABSTRACT_BASES.iter().find(|entry| entry.0.as_bytes() == descriptor).map(|entry| entry.1)
}

/// Names of methods that the platform, not the package, calls on an object it was given: threads, handlers,
/// observers, listeners.
pub(crate) fn is_callback(name: &[u8]) -> bool {
    matches!(
        name,
        b"run"
            | b"call"
            | b"handleMessage"
            | b"doInBackground"
            | b"onPreExecute"
            | b"onPostExecute"
            | b"onReceive"
            | b"onServiceConnected"
            | b"onClick"
            | b"onChange"
            | b"onAvailable"
            | b"onLocationChanged"
            | b"onActivityCreated"
            | b"onActivityStarted"
            | b"onActivityResumed"
            | b"queueIdle"
            | b"accept"
            | b"apply"
            | b"get"
            | b"test"
            | b"execute"
            | b"invoke"
            | b"newThread"
            | b"rejectedExecution"
            | b"uncaughtException"
            | b"onCallStateChanged"
            | b"onSensorChanged"
            | b"onSharedPreferenceChanged"
            | b"onPrimaryClipChanged"
    )
}

/// The descriptor names a class of the platform or of Java, which a package cannot bring itself.
pub(crate) fn is_platform(descriptor: &[u8]) -> bool {
    const ROOTS: [&[u8]; 9] = [
        b"Landroid/",
        b"Ljava/",
        b"Ljavax/",
        b"Ldalvik/",
        b"Lorg/json/",
        b"Lorg/xml/",
        b"Lorg/w3c/",
        b"Lorg/xmlpull/",
        b"Lsun/",
    ];
    ROOTS.iter().any(|root| descriptor.starts_with(root)) && !descriptor.starts_with(b"Landroid/support/")
}

/// Whether a platform method is there to keep what follows from running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Diversion {
    /// It is not.
    None,
    /// By throwing, on a condition of the app's choice.
    Throws,
    /// By ending the process or not coming back.
    Ends,
}

/// How the platform method `name` of `class` diverts.
pub(crate) fn diversion(class: &[u8], name: &[u8]) -> Diversion {
    match (class, name) {
        (b"Ljava/lang/System;" | b"Ljava/lang/Runtime;", b"exit" | b"halt")
        | (b"Landroid/os/Process;", b"killProcess" | b"sendSignal")
        | (b"Landroid/os/Looper;", b"loop") => Diversion::Ends,
        (b"Ljava/util/Objects;", name) if name.starts_with(b"require") || name.starts_with(b"check") => {
            Diversion::Throws
        }
        (b"Ljava/lang/reflect/Method;", b"invoke")
        | (b"Ljava/lang/reflect/Constructor;" | b"Ljava/lang/Class;", b"newInstance")
        | (b"Ljava/util/concurrent/Callable;", b"call")
        | (b"Ljava/lang/Runnable;", b"run") => Diversion::Throws,
        _ => Diversion::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_is_sorted_for_the_search() {
        assert!(CONTEXT_FAMILY.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn an_activity_is_a_context() {
        let bases: Vec<_> = context_bases(b"Landroid/app/ListActivity;").collect();
        assert_eq!(bases.last(), Some(&"Landroid/content/Context;"));
        assert_eq!(bases.first(), Some(&"Landroid/app/Activity;"));
        assert_eq!(context_bases(b"Ljava/security/SecureRandom;").count(), 0);
    }
}
