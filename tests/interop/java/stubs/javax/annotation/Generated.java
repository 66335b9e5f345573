package javax.annotation;

/** Stands in for the annotation of JSR 250, which the jar of the generator does not have. */
public @interface Generated {
  String[] value();

  String date() default "";

  String comments() default "";
}
