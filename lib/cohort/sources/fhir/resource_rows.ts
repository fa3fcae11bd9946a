import type { ReadHow } from "../source.ts";
import { TableRows } from "../table_rows.ts";
import type { OnResource, Written } from "./files.ts";

/** The number of a resource among the lines or entries of its file; 1 for the only one. */
function numberOf({ place }: Written): number {
  return Number(/\d+$/.exec(place)?.[0] ?? 1);
}

/** Counts what becomes of resources; those of a type are a table. */
export class ResourceRows {
  private readonly tables = new Map<string, TableRows>();

  /** Counts the resources that a reader gets. */
  counted(onResource: OnResource): OnResource {
    return (written) => {
      this.of(written).see([]);
      const wrong = onResource(written);
      if (wrong !== undefined) this.of(written).bad(numberOf(written), wrong, true);
      return wrong;
    };
  }

  /** Counts a resource that is left out. */
  leaveOut(written: Written, leftOut: string): void {
    this.of(written).leaveOut(numberOf(written), { leftOut });
  }

  /** Counts a resource of which there is something to say. */
  note(written: Written, what: string): void {
    this.of(written).note(numberOf(written), what);
  }

  /** Says what became of all of them. */
  finish(onTable: ReadHow["onTable"]): void {
    for (const rows of this.tables.values()) onTable?.(rows.quality([]));
  }

  private of({ type }: Written): TableRows {
    const known = this.tables.get(type) ?? new TableRows(type, []);
    this.tables.set(type, known);
    return known;
  }
}
