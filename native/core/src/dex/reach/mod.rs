//! How start-up code, which runs before any screen could ask for consent, gets to a method.
//!
//! Start-up code is what Android itself calls before the first activity: the application (`<clinit>`, constructor,
//! `attachBaseContext`, `onCreate`), every content provider (`attachInfo`, `onCreate`) and the component factory
//! (AOSP `ActivityThread.handleBindApplication`). Two searches go out from there:
//!
//! - *certain*: only along the straight line of each method (`line`) and only to targets that the bytecode fixes:
//!   static and direct calls, super calls resolved in the package, virtual calls of a method that no class of the
//!   package overrides, static initialisers of classes so used;
//! - *possible*: along every instruction; virtual and interface calls go to what the named class has and to
//!   overrides in classes that start-up code creates, and what the platform calls back (`Runnable.run`, listeners)
//!   is reached where such an object is created.
//!
//! Both are breadth first, so the path shown is the shortest found. Classes of activities are not start-up code.

mod certain;
mod line;
mod possible;
mod resolve;

use self::certain::Certain;
use self::possible::Possible;
use self::resolve::Resolver;
use super::program::{MethodNo, Program, NONE};
use super::EntryPoints;
use crate::facts::Reach;
use crate::limits::Limits;

/// What start-up code reaches.
#[derive(Debug)]
pub(crate) struct Reached<'p, 'a> {
    program: &'p Program<'a>,
    certain: Certain,
    possible: Possible,
    path: usize,
}

impl<'p, 'a> Reached<'p, 'a> {
    /// Searches from the entry points.
    pub(crate) fn from_entries(program: &'p Program<'a>, entry_points: &EntryPoints, limits: &Limits) -> Self {
        let mut resolver = Resolver::new(program);
        let entries = entries(program, &mut resolver, entry_points);
        let certain = Certain::search(&mut resolver, &entries, limits.reach_methods);
        let possible = Possible::search(&mut resolver, &entries, limits.reach_methods);
        Self { program, certain, possible, path: limits.reach_path }
    }

    /// The limit `reach_methods` ended a search.
    pub(crate) fn over(&self) -> bool {
        self.certain.over || self.possible.over
    }

    /// How start-up code gets to the instruction at `at` of `method`.
    pub(crate) fn of(&self, method: MethodNo, at: u32) -> Option<Reach> {
        let (path, certain) = match self.certain.path(method, at) {
            Some(path) => (path, true),
            None => (self.possible.path(method)?, false),
        };
        let text = |number: &MethodNo| self.program.method_text(*number);
        let entry = text(path.first()?);
        // A path longer than the limit shows both its ends.
        let tail = path.len() - path.len().min(self.path / 2);
        let head = path.len().min(self.path - self.path / 2);
        let shown: Vec<String> = if path.len() > self.path {
            path.iter().take(head).chain(path.iter().skip(tail)).map(text).collect()
        } else {
            path.iter().map(text).collect()
        };
        Some(Reach { entry, certain, path: shown })
    }
}

/// Methods that Android calls at start-up, each once, in the order in which it does.
fn entries(program: &Program<'_>, resolver: &mut Resolver<'_, '_>, entry_points: &EntryPoints) -> Vec<MethodNo> {
    const CONSTRUCTOR: (&[u8], &str) = (b"<init>", "()V");
    const APPLICATION: &[(&[u8], &str)] =
        &[CONSTRUCTOR, (b"attachBaseContext", "(Landroid/content/Context;)V"), (b"onCreate", "()V")];
    const PROVIDER: &[(&[u8], &str)] = &[
        CONSTRUCTOR,
        (b"attachInfo", "(Landroid/content/Context;Landroid/content/pm/ProviderInfo;)V"),
        (b"onCreate", "()Z"),
    ];
    const FACTORY: &[(&[u8], &str)] = &[
        CONSTRUCTOR,
        (
            b"instantiateClassLoader",
            "(Ljava/lang/ClassLoader;Landroid/content/pm/ApplicationInfo;)Ljava/lang/ClassLoader;",
        ),
        (b"instantiateApplication", "(Ljava/lang/ClassLoader;Ljava/lang/String;)Landroid/app/Application;"),
        (b"instantiateProvider", "(Ljava/lang/ClassLoader;Ljava/lang/String;)Landroid/content/ContentProvider;"),
    ];
    let factory = entry_points.component_factory.iter().map(|name| (name, FACTORY));
    let application = entry_points.application.iter().map(|name| (name, APPLICATION));
    let providers = entry_points.providers.iter().map(|name| (name, PROVIDER));
    let mut found = Vec::new();
    for (name, methods) in application.chain(providers).chain(factory) {
        let descriptor = format!("L{};", name.replace('.', "/"));
        let Some(ty) = program.type_named(descriptor.as_bytes()) else { continue };
        let initialisers = resolver.initialisers(ty);
        let called = methods.iter().filter_map(|(name, proto)| lookup(program, ty, name, proto));
        for method in initialisers.into_iter().chain(called) {
            if !found.contains(&method) {
                found.push(method);
            }
        }
    }
    found
}

/// The method of that name and prototype in the class of `ty` or, but for constructors, above it.
fn lookup(program: &Program<'_>, ty: u32, name: &[u8], proto: &str) -> Option<MethodNo> {
    let own = if name == b"<init>" { 1 } else { usize::MAX };
    let classes = program.superclasses(ty).take(own).filter_map(|ty| program.class(program.class_of(ty)?));
    let is = |number: &MethodNo| {
        program.method(*number).and_then(|method| {
            let dex = program.dex(method.dex)?;
            let id = dex.methods.get(method.index as usize)?;
            Some(dex.string_bytes(id.name)? == name && dex.proto_text(u32::from(id.proto)) == proto)
        }) == Some(true)
    };
    classes.filter_map(|class| program.methods_of(class).find(|number| is(number))).next()
}

/// Follows `parent` from `method` to its entry, which is its own parent; entry first.
fn path_to(method: MethodNo, parent: impl Fn(MethodNo) -> MethodNo) -> Vec<MethodNo> {
    let mut path = vec![method];
    let mut at = method;
    loop {
        let up = parent(at);
        if up == at || up == NONE {
            path.reverse();
            return path;
        }
        path.push(up);
        at = up;
    }
}
