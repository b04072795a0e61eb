//! Primitive types, recognised by their token.

use proc_macro2::{Ident, Span};
use syn::{GenericArgument, Path, PathArguments, Type};

/// A primitive that a getter returns by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scalar(&'static str);

const NAMES: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64",
    "u128", "usize",
];

impl Scalar {
    /// `u32`, also as `core::primitive::u32`.
    pub(crate) fn new(ty: &Type) -> Option<Self> {
        let path = plain_path(ty)?;
        let spelled = match path.get_ident() {
            Some(ident) => ident.to_string(),
            None => last_of_primitive(path)?,
        };
        Self::named(&spelled)
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|known| **known == name).map(|name| Self(name))
    }

    pub(crate) fn name(self) -> &'static str {
        self.0
    }

    pub(crate) fn ident(self) -> Ident {
        Ident::new(self.0, Span::call_site())
    }

    /// No atomic holds 128 bits.
    pub(crate) fn has_cell(self) -> bool {
        !self.0.ends_with("128")
    }

    pub(crate) fn is_number(self) -> bool {
        !matches!(self.0, "bool" | "char")
    }

    pub(crate) fn is_float(self) -> bool {
        self.0.starts_with('f')
    }

    /// The minimum and maximum value. Those of 128-bit types are limited to the range of `i128`, and
    /// pointer-sized types are treated as 64 bits.
    pub(crate) fn range(self) -> Option<(i128, i128)> {
        let bits: u32 = self.0[1..].parse().or_else(|_| self.0[1..].replace("size", "64").parse()).ok()?;
        match self.0.as_bytes()[0] {
            b'i' => Some((i128::MIN >> (128 - bits), i128::MAX >> (128 - bits))),
            b'u' if bits == 128 => Some((0, i128::MAX)),
            b'u' => Some((0, (1 << bits) - 1)),
            _ => None,
        }
    }
}

fn last_of_primitive(path: &Path) -> Option<String> {
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    match segments.as_slice() {
        [root, primitive, name] if (root == "core" || root == "std") && primitive == "primitive" => {
            Some(name.clone())
        }
        _ => None,
    }
}

/// The path of a type, also if a macro wrapped it in invisible delimiters.
pub(crate) fn plain_path(ty: &Type) -> Option<&Path> {
    match ty {
        Type::Group(group) => plain_path(&group.elem),
        Type::Paren(paren) => plain_path(&paren.elem),
        Type::Path(path) if path.qself.is_none() => Some(&path.path),
        _ => None,
    }
}

/// The last name of a path, and its type argument if it has exactly one.
pub(crate) fn last_name(path: &Path) -> Option<(String, Option<&Type>)> {
    let last = path.segments.last()?;
    let argument = match &last.arguments {
        PathArguments::AngleBracketed(arguments) if arguments.args.len() == 1 => match &arguments.args[0] {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        },
        _ => None,
    };
    Some((last.ident.to_string(), argument))
}

/// The type inside `Option<..>`.
pub(crate) fn inside_option(ty: &Type) -> Option<&Type> {
    match last_name(plain_path(ty)?)? {
        (name, Some(inner)) if name == "Option" => Some(inner),
        _ => None,
    }
}

/// Whether this is the name of a well-known list type.
pub(crate) fn is_list(name: &str) -> bool {
    matches!(name, "Vec" | "VecDeque" | "HashSet" | "BTreeSet")
}

/// Whether rules treat the type as text, and its text equals that of the file.
pub(crate) fn is_text(ty: &Type) -> bool {
    let Some(path) = plain_path(ty) else { return false };
    match last_name(path) {
        Some((name, None)) => matches!(name.as_str(), "String" | "str"),
        Some((name, Some(inner))) => matches!(name.as_str(), "Box" | "Arc" | "Rc") && is_text(inner),
        None => false,
    }
}

/// The type of the elements of a list, also of one in an `Option`.
pub(crate) fn element(ty: &Type) -> Option<&Type> {
    match last_name(plain_path(inside_option(ty).unwrap_or(ty))?)? {
        (name, Some(element)) if is_list(&name) => Some(element),
        _ => None,
    }
}
