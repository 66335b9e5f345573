//! The places of a source file that can become a branch: where cargo-mutants makes a mutant, and how far what it changes reaches.

use std::ops::Range;
use syn::{
    Block, Expr, Pat, ReturnType, Signature,
    spanned::Spanned,
    visit::{self, Visit},
};

/// How a place is written with its mutants in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// The inside of a function: it returns before it begins.
    Body,
    /// A value: the mutated one, or the one that stands there.
    Value,
    /// Nothing yet: the guard of an arm goes here.
    Guard,
}

/// Whether a mutant can be a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Branch,
    /// It has to be built alone.
    Alone,
    /// It never compiles.
    Never,
}

/// Where mutants of one kind begin.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// As cargo-mutants calls the kind.
    pub(super) genre: &'static str,
    /// Where it says that the mutant begins, in bytes.
    pub(super) start: usize,
    /// What becomes a branch.
    pub(super) range: Range<usize>,
    pub(super) shape: Shape,
    pub(super) fit: Fit,
}

/// Every place of a file.
///
/// # Errors
/// It is no Rust.
pub(super) fn places(source: &str) -> syn::Result<Vec<Place>> {
    let file = syn::parse_file(source)?;
    let mut found = Found::default();
    found.visit_file(&file);
    Ok(found.places)
}

#[derive(Default)]
struct Found {
    places: Vec<Place>,
    /// Within how many constants: nothing is asked there while the program runs.
    constants: usize,
    /// The operators around the next one, if it stands between them without parentheses. An operator that is changed may bind
    /// otherwise, so all of them are written anew.
    chain: Option<Range<usize>>,
    /// Whether an arm of the `match` around takes everything. Without it, arms that may all be left out do not cover every value.
    has_rest: bool,
}

impl Found {
    fn add(
        &mut self,
        genre: &'static str,
        start: usize,
        range: Range<usize>,
        shape: Shape,
        fit: Fit,
    ) {
        let fit = match fit {
            Fit::Branch if self.constants > 0 => Fit::Alone,
            fit => fit,
        };
        self.places.push(Place {
            genre,
            start,
            range,
            shape,
            fit,
        });
    }

    fn within_constant(&mut self, visit: impl FnOnce(&mut Self)) {
        self.constants += 1;
        visit(self);
        self.constants -= 1;
    }

    fn function(&mut self, signature: &Signature, block: &Block, visit: impl FnOnce(&mut Self)) {
        if signature.constness.is_some() {
            return self.within_constant(|found| {
                found.body(signature, block);
                visit(found);
            });
        }
        self.body(signature, block);
        visit(self);
    }

    fn body(&mut self, signature: &Signature, block: &Block) {
        let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) else {
            return;
        };
        // The first value that is returned decides what such a type is.
        let fit = match is_opaque(&signature.output) {
            true => Fit::Alone,
            false => Fit::Branch,
        };
        let start = first.span().byte_range().start;
        let range = start..last.span().byte_range().end;
        self.add("FnValue", start, range, Shape::Body, fit);
    }

    fn operand(&mut self, operand: &Expr, chain: Option<&Range<usize>>) {
        self.chain = match operand {
            Expr::Binary(inner) if inner.attrs.is_empty() => chain.cloned(),
            _ => None,
        };
        self.visit_expr(operand);
        self.chain = None;
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_fn(&mut self, node: &'ast syn::ItemFn) {
        self.function(&node.sig, &node.block, |found| {
            visit::visit_item_fn(found, node)
        });
    }

    fn visit_impl_item_fn(&mut self, node: &'ast syn::ImplItemFn) {
        self.function(&node.sig, &node.block, |found| {
            visit::visit_impl_item_fn(found, node);
        });
    }

    fn visit_trait_item_fn(&mut self, node: &'ast syn::TraitItemFn) {
        match &node.default {
            Some(block) => self.function(&node.sig, block, |found| {
                visit::visit_trait_item_fn(found, node);
            }),
            None => visit::visit_trait_item_fn(self, node),
        }
    }

    fn visit_item_const(&mut self, node: &'ast syn::ItemConst) {
        self.within_constant(|found| visit::visit_item_const(found, node));
    }

    fn visit_impl_item_const(&mut self, node: &'ast syn::ImplItemConst) {
        self.within_constant(|found| visit::visit_impl_item_const(found, node));
    }

    fn visit_trait_item_const(&mut self, node: &'ast syn::TraitItemConst) {
        self.within_constant(|found| visit::visit_trait_item_const(found, node));
    }

    fn visit_item_static(&mut self, node: &'ast syn::ItemStatic) {
        self.within_constant(|found| visit::visit_item_static(found, node));
    }

    fn visit_type_array(&mut self, node: &'ast syn::TypeArray) {
        self.within_constant(|found| visit::visit_type_array(found, node));
    }

    fn visit_expr_const(&mut self, node: &'ast syn::ExprConst) {
        self.within_constant(|found| visit::visit_expr_const(found, node));
    }

    fn visit_expr_repeat(&mut self, node: &'ast syn::ExprRepeat) {
        self.visit_expr(&node.expr);
        self.within_constant(|found| found.visit_expr(&node.len));
    }

    fn visit_variant(&mut self, node: &'ast syn::Variant) {
        self.within_constant(|found| visit::visit_variant(found, node));
    }

    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        let own = node.span().byte_range();
        let around = self.chain.take();
        let start = node.op.span().byte_range().start;
        if has_let(&node.left) || has_let(&node.right) {
            // No other operator may stand between a `let` and what goes before it.
            self.add("BinaryOperator", start, own, Shape::Value, Fit::Never);
            self.operand(&node.left, None);
            self.operand(&node.right, None);
            return;
        }
        let fit = match node.attrs.is_empty() {
            true => Fit::Branch,
            false => Fit::Alone,
        };
        let chain = around.unwrap_or(own);
        self.add("BinaryOperator", start, chain.clone(), Shape::Value, fit);
        self.operand(&node.left, Some(&chain));
        self.operand(&node.right, Some(&chain));
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        let start = node.op.span().byte_range().start;
        let range = start..node.span().byte_range().end;
        self.add("UnaryOperator", start, range, Shape::Value, Fit::Branch);
        visit::visit_expr_unary(self, node);
    }

    fn visit_expr_struct(&mut self, node: &'ast syn::ExprStruct) {
        let fit = match node.attrs.is_empty() {
            true => Fit::Branch,
            false => Fit::Alone,
        };
        let range = node.span().byte_range();
        for field in &node.fields {
            let start = field.span().byte_range().start;
            self.add("StructField", start, range.clone(), Shape::Value, fit);
        }
        visit::visit_expr_struct(self, node);
    }

    fn visit_expr_match(&mut self, node: &'ast syn::ExprMatch) {
        let has_rest = node.arms.iter().any(|arm| takes_everything(&arm.pat));
        self.visit_expr(&node.expr);
        for arm in &node.arms {
            // The one of a `match` within the arm before is forgotten.
            self.has_rest = has_rest;
            self.visit_arm(arm);
        }
    }

    fn visit_arm(&mut self, node: &'ast syn::Arm) {
        let start = node.span().byte_range().start;
        match &node.pat {
            Pat::Guard(guarded) => {
                let guard = &*guarded.guard;
                let fit = match has_let(guard) {
                    true => Fit::Alone,
                    false => Fit::Branch,
                };
                let range = guard.span().byte_range();
                self.add("MatchArm", start, range.clone(), Shape::Value, fit);
                self.add("MatchArmGuard", range.start, range, Shape::Value, fit);
            }
            pattern => {
                let fit = match self.has_rest {
                    true => Fit::Branch,
                    false => Fit::Alone,
                };
                let end = pattern.span().byte_range().end;
                self.add("MatchArm", start, end..end, Shape::Guard, fit);
            }
        }
        visit::visit_arm(self, node);
    }
}

/// Whether a `let` stands in a chain of conditions.
fn has_let(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(node) => has_let(&node.left) || has_let(&node.right),
        _ => false,
    }
}

/// Whether it is `_` or a new name, on no condition.
fn takes_everything(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Ident(name) => {
            // `None` and constants are names too.
            let text = name.ident.to_string();
            name.subpat.is_none() && text.starts_with(|letter: char| letter.is_lowercase())
        }
        _ => false,
    }
}

fn is_opaque(output: &ReturnType) -> bool {
    struct Seen(bool);
    impl Visit<'_> for Seen {
        fn visit_type_impl_trait(&mut self, _: &syn::TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut seen = Seen(false);
    seen.visit_return_type(output);
    seen.0
}
