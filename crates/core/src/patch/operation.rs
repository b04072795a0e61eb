//! JSON Patch (RFC 6902), operation by operation.

use std::collections::BTreeMap;

use json_patch::{PatchErrorKind, PatchOperation, jsonptr::Pointer};
use serde_json::Value as Json;

use super::{
    PatchInput, PatchOutput, Touched,
    fields::{OverridableField, PatchTarget},
    limits::{Budget, OPERATIONS, too_deep},
    pointer, refusal,
};
use crate::{
    excerpt,
    issue::{Issue, IssueKind, Issues},
    keys::Keys,
    unknown_keys::SUGGESTED,
    value::MAX_DEPTH,
};

/// A parsed operation, with its name in reports.
struct Operation {
    number: usize,
    operation: PatchOperation,
    name: String,
}

/// The changes of one operation, by the number of the leaf.
type TouchedFields = Vec<(usize, Touched)>;

pub(super) fn apply(mut input: PatchInput<'_>, patch: &Json) -> Result<PatchOutput, Vec<Issue>> {
    let (steps, mut issues) = read(patch)?;
    let is_whole = issues.len() == 0;
    let mut permitted = Vec::new();
    for step in &steps {
        match step.check(&input) {
            Ok(touched) => permitted.push((step, touched)),
            Err(more) => more.into_iter().for_each(|issue| issues.push_with(|| issue)),
        }
    }
    let (mut touched, mut budget) = (BTreeMap::new(), Budget::new());
    // The other operations are applied too, so that their problems are reported together. After an operation that
    // fails, or without one that cannot be read, the document may be another one than the patch expects.
    for (step, fields) in permitted.into_iter().filter(|_| is_whole) {
        if let Err(message) = step.run(&mut input.document, input.base.0.len(), &mut budget) {
            let keys = pointer::keys(&input.base, &input.document, step.operation.path());
            issues.push_with(|| refusal(keys, format!("{}: {message}", step.name)));
            break;
        }
        touched.extend(fields);
        input.marked = input.marked.and_then(|marked| step.trace(marked));
    }
    let refused = issues.into_vec();
    Ok(PatchOutput { document: input.document, marked: input.marked, touched, refused })
}

/// The operations, and the problems of those that cannot be read.
fn read(patch: &Json) -> Result<(Vec<Operation>, Issues), Vec<Issue>> {
    let Json::Array(operations) = patch else {
        let message = "a JSON Patch is a list of operations";
        let help = "write [{\"op\": \"replace\", \"path\": \"/field\", \"value\": ..}], or use `merge_patch`";
        return Err(vec![refusal(Keys::root(), message).with_help(help)]);
    };
    if operations.len() > OPERATIONS {
        let message = format!("{} operations are more than the limit of {OPERATIONS}", operations.len());
        return Err(vec![refusal(Keys::root(), message)]);
    }
    let (mut steps, mut issues) = (Vec::new(), Issues::default());
    for (index, operation) in operations.iter().enumerate() {
        let number = index + 1;
        match <PatchOperation as serde::Deserialize>::deserialize(operation) {
            Ok(operation) => steps.push(Operation::new(number, operation)),
            Err(error) => {
                issues.push_with(|| refusal(Keys::root(), format!("operation {number}: {error}")));
            }
        }
    }
    Ok((steps, issues))
}

impl Operation {
    fn new(number: usize, operation: PatchOperation) -> Self {
        let verb = match &operation {
            PatchOperation::Add(_) => "add",
            PatchOperation::Remove(_) => "remove",
            PatchOperation::Replace(_) => "replace",
            PatchOperation::Move(_) => "move to",
            PatchOperation::Copy(_) => "copy to",
            PatchOperation::Test(_) => "test",
        };
        let path = excerpt::visible(operation.path().as_str());
        let name = format!("operation {number} ({verb} \"{path}\")");
        Self { number, operation, name }
    }

    fn touch(&self, removed: bool) -> Touched {
        Touched { by: self.name.clone(), removed }
    }

    /// Checks whether the operation is permitted. Returns the leaves that it would touch.
    fn check(&self, input: &PatchInput<'_>) -> Result<TouchedFields, Vec<Issue>> {
        let (from, removed) = match &self.operation {
            PatchOperation::Move(operation) => (Some(&*operation.from), false),
            PatchOperation::Copy(operation) => (Some(&*operation.from), false),
            operation => (None, matches!(operation, PatchOperation::Remove(_))),
        };
        let mut issues = Vec::new();
        let mut touched = Vec::new();
        if let Some(from) = from {
            match self.source(input, from) {
                Ok(fields) if matches!(self.operation, PatchOperation::Move(_)) => {
                    touched.extend(fields.iter().map(|field| (field.slot, self.touch(true))));
                }
                Ok(_) => {}
                Err(issue) => issues.push(*issue),
            }
        }
        match self.target(input, removed) {
            Ok(fields) if !matches!(self.operation, PatchOperation::Test(_)) => {
                touched.extend(fields.iter().map(|field| (field.slot, self.touch(removed))));
            }
            Ok(_) => {}
            Err(issue) => issues.push(*issue),
        }
        if issues.is_empty() { Ok(touched) } else { Err(issues) }
    }

    /// Checks the source of a value, which must not be secret, because the operation would copy it elsewhere.
    fn source<'s>(
        &self,
        input: &PatchInput<'s>,
        from: &Pointer,
    ) -> Result<Vec<&'s OverridableField>, Box<Issue>> {
        let keys = self.keys(input, from)?;
        let fields = self.resolve(input, &keys)?.fields();
        let related = |other: &Keys| other.starts_with(&keys) || keys.starts_with(other);
        match fields.iter().flat_map(|field| &field.secrets).find(|secret| related(secret)) {
            Some(secret) => Err(Box::new(self.secret(secret.clone()))),
            None => Ok(fields),
        }
    }

    fn target<'s>(
        &self,
        input: &PatchInput<'s>,
        removed: bool,
    ) -> Result<Vec<&'s OverridableField>, Box<Issue>> {
        let keys = self.keys(input, self.operation.path())?;
        let fields = self.resolve(input, &keys)?.fields();
        let within = |secret: &Keys| keys.starts_with(secret) && !(removed && keys == *secret);
        match fields.iter().flat_map(|field| &field.secrets).find(|secret| within(secret)) {
            Some(secret) => Err(Box::new(self.secret(secret.clone()))),
            None => Ok(fields),
        }
    }

    /// The path of a pointer. A pointer with more levels than any value can have is not followed.
    fn keys(&self, input: &PatchInput<'_>, pointer: &Pointer) -> Result<Keys, Box<Issue>> {
        if pointer.tokens().nth(MAX_DEPTH).is_some() {
            let message = format!("{}: {}", self.name, too_deep());
            return Err(Box::new(refusal(input.base.clone(), message)));
        }
        Ok(pointer::keys(&input.base, &input.document, pointer))
    }

    fn resolve<'s>(&self, input: &PatchInput<'s>, keys: &Keys) -> Result<PatchTarget<'s>, Box<Issue>> {
        input.fields.find(keys, self.number <= SUGGESTED).map_err(|unknown| {
            let message = format!("{}: {}", self.name, unknown.message);
            Box::new(Issue::new(IssueKind::UnknownKey, unknown.keys, message))
        })
    }

    fn secret(&self, keys: Keys) -> Issue {
        refusal(keys, format!("{}: a patch neither reads nor writes a secret", self.name))
            .with_help("set it by the field's own setter")
    }

    /// The marked document after the operation, which was already applied to the document itself.
    fn trace(&self, mut marked: Json) -> Option<Json> {
        if let PatchOperation::Test(_) = self.operation {
            return Some(marked);
        }
        json_patch::patch_unsafe(&mut marked, std::slice::from_ref(&self.operation)).ok()?;
        Some(marked)
    }

    /// `above` is the number of levels above the document.
    fn run(&self, document: &mut Json, above: usize, budget: &mut Budget) -> Result<(), String> {
        let path = self.operation.path();
        let depth = above + path.tokens().count();
        match &self.operation {
            PatchOperation::Add(operation) => budget.spend(&operation.value, depth)?,
            PatchOperation::Replace(operation) => budget.spend(&operation.value, depth)?,
            PatchOperation::Copy(operation) => pay_for(document, &operation.from, depth, budget)?,
            // It adds no value, but may increase the depth.
            PatchOperation::Move(operation) => pay_for(document, &operation.from, depth, &mut Budget::new())?,
            PatchOperation::Test(operation) => return test(document, path, &operation.value),
            PatchOperation::Remove(_) => {}
        }
        json_patch::patch_unsafe(document, std::slice::from_ref(&self.operation))
            .map_err(|error| explain(&error.kind))
    }
}

fn pay_for(document: &Json, from: &Pointer, depth: usize, budget: &mut Budget) -> Result<(), String> {
    document.pointer(from.as_str()).map_or(Ok(()), |value| budget.spend(value, depth))
}

fn explain(kind: &PatchErrorKind) -> String {
    match kind {
        PatchErrorKind::InvalidPointer => "there is no such place in the document".to_owned(),
        PatchErrorKind::InvalidFromPointer => "there is nothing at `from`".to_owned(),
        PatchErrorKind::CannotMoveInsideItself => "a value cannot be moved into itself".to_owned(),
        other => other.to_string(),
    }
}

/// Numbers are compared by value, as RFC 6902 requires: 1 equals 1.0.
fn test(document: &Json, path: &Pointer, expected: &Json) -> Result<(), String> {
    match document.pointer(path.as_str()) {
        None => Err("there is no such place in the document".to_owned()),
        Some(found) if equal(found, expected) => Ok(()),
        Some(_) => Err("the value there is another one".to_owned()),
    }
}

fn equal(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            a == b || (a.is_f64() != b.is_f64() && a.as_f64() == b.as_f64())
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}
