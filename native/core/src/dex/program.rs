//! All dex files of a package as one program: types by one number each, classes with their supertypes, methods.
//!
//! The first definition of a class counts, in the order of the files, as Android's class loader finds it.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::format::file::{ClassDef, Dex, NO_INDEX};

/// Number of a type across the package.
pub(crate) type TypeId = u32;
/// Number of a class of the package.
pub(crate) type ClassId = u32;
/// Number of a method of the package.
pub(crate) type MethodNo = u32;
/// No type, class or method.
pub(crate) const NONE: u32 = u32::MAX;
/// No chain of superclasses is followed further; Android itself has no deeper ones.
pub(crate) const CHAIN: usize = 64;

/// A class of the package.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Class {
    /// Position of its dex file.
    pub(crate) dex: u32,
    /// Its type.
    pub(crate) ty: TypeId,
    /// Type of its superclass, or `NONE`.
    pub(crate) superclass: TypeId,
    interfaces: (u32, u32),
    methods: (MethodNo, MethodNo),
}

/// A method of the package.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Method {
    /// Position of its dex file.
    pub(crate) dex: u32,
    /// Its class.
    pub(crate) class: ClassId,
    /// Method index in its dex file.
    pub(crate) index: u32,
    /// `access_flags`.
    pub(crate) access: u32,
    /// Offset of the code item, or 0.
    pub(crate) code_off: u32,
}

/// The package's code as a whole.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    /// Logical dex files.
    pub(crate) dexes: Vec<Dex<'a>>,
    /// Type of each type index, per dex file.
    type_of: Vec<Vec<TypeId>>,
    types: HashMap<&'a [u8], TypeId, RandomState>,
    descriptors: Vec<&'a [u8]>,
    /// Classes in file order.
    pub(crate) classes: Vec<Class>,
    class_of_type: Vec<ClassId>,
    interfaces: Vec<TypeId>,
    /// Methods in file order.
    pub(crate) methods: Vec<Method>,
}

impl<'a> Program<'a> {
    /// The program of `dexes`; a class that breaks off is told to `report` as (dex, byte offset, reason).
    pub(crate) fn build(dexes: Vec<Dex<'a>>, mut report: impl FnMut(&Dex<'a>, u64, String)) -> Self {
        let mut program = Self {
            dexes: Vec::new(),
            type_of: Vec::new(),
            types: HashMap::default(),
            descriptors: Vec::new(),
            classes: Vec::new(),
            class_of_type: Vec::new(),
            interfaces: Vec::new(),
            methods: Vec::new(),
        };
        for dex in &dexes {
            let of = (0..dex.types.len() as u32).map(|index| program.intern(dex.type_bytes(index).unwrap_or(b"?")));
            let of = of.collect();
            program.type_of.push(of);
        }
        program.class_of_type = vec![NONE; program.descriptors.len()];
        for (position, dex) in dexes.iter().enumerate() {
            // Honest classes share no bytes. Crafted ones that all point at one long list would cost without end.
            let mut budget = dex.data.len() + 65_536;
            for def in &dex.classes {
                if budget == 0 {
                    report(dex, u64::from(def.data_off), "class data items overlap; the rest was not read".to_owned());
                    break;
                }
                let cost = program.add_class(position as u32, dex, def, &mut report);
                budget = budget.saturating_sub(cost);
            }
        }
        program.dexes = dexes;
        program
    }

    fn intern(&mut self, descriptor: &'a [u8]) -> TypeId {
        let next = self.descriptors.len() as TypeId;
        let id = *self.types.entry(descriptor).or_insert(next);
        if id == next {
            self.descriptors.push(descriptor);
        }
        id
    }

    fn add_class(
        &mut self,
        position: u32,
        dex: &Dex<'a>,
        def: &ClassDef,
        report: &mut impl FnMut(&Dex<'a>, u64, String),
    ) -> usize {
        let of = |index: u32| self.type_of.get(position as usize).and_then(|of| of.get(index as usize)).copied();
        let Some(ty) = of(def.class) else {
            report(dex, u64::from(def.data_off), format!("a class names type {}, which is not there", def.class));
            return 1;
        };
        let superclass = if def.superclass == NO_INDEX { NONE } else { of(def.superclass).unwrap_or(NONE) };
        let id = self.classes.len() as ClassId;
        let first_interface = self.interfaces.len() as u32;
        let interfaces: Vec<TypeId> = dex.type_list(def.interfaces_off).take(4_096).filter_map(of).collect();
        self.interfaces.extend(interfaces);
        let first_method = self.methods.len() as MethodNo;
        let methods = &mut self.methods;
        let read = dex.class_methods(def.data_off, |method| {
            methods.push(Method {
                dex: position,
                class: id,
                index: method.index,
                access: method.access,
                code_off: method.code_off,
            });
        });
        if let Err(at) = read {
            report(dex, at as u64, format!("the methods of {} break off", dex.type_text(def.class)));
        }
        let last_interface = self.interfaces.len() as u32;
        self.classes.push(Class {
            dex: position,
            ty,
            superclass,
            interfaces: (first_interface, last_interface),
            methods: (first_method, self.methods.len() as MethodNo),
        });
        if let Some(slot) = self.class_of_type.get_mut(ty as usize).filter(|slot| **slot == NONE) {
            *slot = id;
        }
        let bytes = read.unwrap_or_else(|at| at.saturating_sub(def.data_off as usize));
        bytes + (last_interface - first_interface) as usize + 1
    }

    /// The type that `index` of dex file `dex` stands for.
    pub(crate) fn type_of(&self, dex: u32, index: u32) -> TypeId {
        self.type_of.get(dex as usize).and_then(|of| of.get(index as usize)).copied().unwrap_or(NONE)
    }

    /// The type of that descriptor, if the package mentions it.
    pub(crate) fn type_named(&self, descriptor: &[u8]) -> Option<TypeId> {
        self.types.get(descriptor).copied()
    }

    /// Number of types.
    pub(crate) fn type_count(&self) -> usize {
        self.descriptors.len()
    }

    /// The descriptor of a type.
    pub(crate) fn descriptor(&self, ty: TypeId) -> &'a [u8] {
        self.descriptors.get(ty as usize).copied().unwrap_or(b"?")
    }

    /// The class of the package that defines `ty`.
    pub(crate) fn class_of(&self, ty: TypeId) -> Option<ClassId> {
        self.class_of_type.get(ty as usize).copied().filter(|class| *class != NONE)
    }

    /// A class.
    pub(crate) fn class(&self, class: ClassId) -> Option<&Class> {
        self.classes.get(class as usize)
    }

    /// A method.
    pub(crate) fn method(&self, method: MethodNo) -> Option<&Method> {
        self.methods.get(method as usize)
    }

    /// The dex file at a position.
    pub(crate) fn dex(&self, position: u32) -> Option<&Dex<'a>> {
        self.dexes.get(position as usize)
    }

    /// Interfaces that the class names itself.
    pub(crate) fn interfaces(&self, class: &Class) -> &[TypeId] {
        self.interfaces.get(class.interfaces.0 as usize..class.interfaces.1 as usize).unwrap_or_default()
    }

    /// Numbers of the methods that the class defines.
    pub(crate) fn methods_of(&self, class: &Class) -> std::ops::Range<MethodNo> {
        class.methods.0..class.methods.1
    }

    /// `Lpkg/Class;->name(Args)Ret` of a method.
    pub(crate) fn method_text(&self, method: MethodNo) -> String {
        let text = self.method(method).and_then(|m| Some(self.dex(m.dex)?.method_text(m.index)));
        text.unwrap_or_else(|| "?".to_owned())
    }

    /// `ty`, its superclass, and so on, as far as classes of the package tell and one step beyond.
    pub(crate) fn superclasses(&self, ty: TypeId) -> impl Iterator<Item = TypeId> + '_ {
        let up = |ty: &TypeId| {
            self.class_of(*ty)
                .and_then(|class| self.class(class))
                .map(|class| class.superclass)
                .filter(|ty| *ty != NONE)
        };
        std::iter::successors(Some(ty), up).take(CHAIN)
    }
}
