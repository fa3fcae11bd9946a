import type pl from "nodejs-polars";

/** A column without nulls as the typed array that holds its type. */
export function typed<A>(series: pl.Series, dtype: pl.DataType): A {
  return series.cast(dtype).toTypedArray() as A;
}
