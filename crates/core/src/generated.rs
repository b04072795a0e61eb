//! Macros for code that the derive generates for every field. rustc expands such a macro faster than the derive
//! can emit the code.

/// The methods of fields on a handle: getter, subscription, setter.
///
/// For each field: the getter with its docs, the wrapper of its return type, and the function below `__private` with
/// its second argument; the other two methods with their docs; the type of the value, and its number.
#[doc(hidden)]
#[macro_export]
macro_rules! __methods {
    ($({
        $vis:vis $get:ident $gets:literal [$($parameters:tt)*] [$output:ty] [$($bounds:tt)*] [$($function:tt)*] [$argument:expr]
        $change:ident $changes:literal $set:ident $sets:literal [$ty:ty] [$slot:expr]
    })*) => {$(
        #[doc = $gets]
        #[inline]
        $vis fn $get $($parameters)* (&self) -> $output $($bounds)* {
            self.0.$($function)*($argument)
        }
        #[doc = $changes]
        $vis fn $change $($parameters)* (
            &self,
            f: impl ::core::ops::Fn(&$ty, &$ty) + ::core::marker::Send + ::core::marker::Sync + 'static,
        ) -> $crate::Subscription $($bounds)* {
            self.0.__on_change::<$ty>($slot, f)
        }
        #[doc = $sets]
        $vis fn $set $($parameters)* (
            &self,
            value: $ty,
        ) -> ::core::result::Result<::core::primitive::u64, $crate::Error> $($bounds)* {
            self.0.__set($slot, value)
        }
    )*};
}

/// The methods of fields on typed paths.
#[doc(hidden)]
#[macro_export]
macro_rules! __paths {
    ($({ $vis:vis $name:ident $docs:literal [$output:ty] [$($function:tt)*] [$slot:expr] })*) => {$(
        #[doc = $docs]
        $vis fn $name(&self) -> $output {
            self.0.$($function)*($slot)
        }
    )*};
}
