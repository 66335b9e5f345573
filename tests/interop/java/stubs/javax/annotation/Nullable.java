package javax.annotation;

/** Stands in for the annotation of JSR 305, which the jar of the generator does not have. */
public @interface Nullable {}
