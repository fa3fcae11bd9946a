/** @jsxImportSource preact */
/**
 * A figure as it stands in a page: wide, and laid out anew for narrow windows, with buttons that save
 * it.
 *
 * @module
 */
import type { FigureOptions } from "../figures/figure_options.ts";

/** Pixels of a figure for a telephone. */
const narrowWidth = 350;

/** A figure of a page, as SVG text. */
export interface Picture {
  /** Its file's name without ending. */
  readonly name: string;
  readonly wide: string;
  readonly narrow: string;
}

/** Figures by name. */
type Figures = Iterable<readonly [name: string, svg: SVGSVGElement]>;

/** Each figure in both widths, by name, given a function that draws them all. */
export function picturesOf(draw: (look: FigureOptions) => Figures): Map<string, Picture> {
  const narrow = new Map(draw({ width: narrowWidth }));
  return new Map(Array.from(draw({}), ([name, { outerHTML }]) => {
    return [name, { name, wide: outerHTML, narrow: narrow.get(name)?.outerHTML ?? outerHTML }];
  }));
}

const formats = ["svg", "png", "csv"] as const;

/**
 * Buttons that save a figure as SVG, PNG, or its points as CSV.
 *
 * @param name of the file, without ending
 * @param title of the figure, for readers who cannot see which one the buttons belong to
 */
export function SaveButtons({ name, title }: { name: string; title: string }) {
  return (
    <p class="save" data-name={name}>
      {formats.map((format) => (
        <button
          key={format}
          type="button"
          data-format={format}
          aria-label={`${format.toUpperCase()}: save ${title}`}
        >
          {format.toUpperCase()}
        </button>
      ))}
    </p>
  );
}

/**
 * A figure with its caption; nothing where there is none.
 *
 * @param isSaved whether it has buttons that save it; default true. A page without scripts has none
 */
export function Figure({ picture, caption, isSaved = true }: {
  picture: Picture | undefined;
  caption: string;
  isSaved?: boolean;
}) {
  if (picture === undefined) return null;
  const { name, wide, narrow } = picture;
  return (
    <figure id={`figure-${name}`}>
      <div class="wide-figure" dangerouslySetInnerHTML={{ __html: wide }} />
      <div class="narrow-figure" dangerouslySetInnerHTML={{ __html: narrow }} />
      <figcaption>{caption}</figcaption>
      {isSaved && <SaveButtons name={name} title={name.replaceAll("_", " ")} />}
    </figure>
  );
}
