/**
 * Markdown as HTML: headings get the ids that GitHub gives them, so that links between documents hold,
 * code is coloured, and wide tables scroll by themselves.
 *
 * @module
 */
import GithubSlugger from "github-slugger";
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import MarkdownIt from "markdown-it";

for (const [name, language] of Object.entries({ bash, json, python, typescript })) {
  hljs.registerLanguage(name, language);
}

/** What a text of a page needs to know of its page. */
export interface PageTexts {
  /** Gives each heading of the page an id of its own. */
  readonly slugger: GithubSlugger;
  /** The address in the site of what a document links to. */
  readonly link: (href: string) => string;
}

/** A text whose signs of markup are characters. */
export const escaped: (text: string) => string = MarkdownIt().utils.escapeHtml;

/** Languages of command lines, which a page wraps: nobody should have to scroll to read a command. */
const shells = ["sh", "bash"];

/** Code with its words in elements by which a style colours them; other languages stay plain. */
export function codeHtml(code: string, language: string): string {
  const inner = hljs.getLanguage(language) === undefined
    ? escaped(code)
    : hljs.highlight(code, { language }).value;
  const kind = shells.includes(language) ? ` class="command"` : "";
  return `<pre${kind} tabindex="0"><code>${inner}</code></pre>`; // to be scrolled without a mouse
}

const markdown = new MarkdownIt({ html: false, highlight: codeHtml });
markdown.renderer.rules.code_block = (tokens, i) => codeHtml(tokens[i].content, "");
markdown.renderer.rules.table_open = () => `<div class="wide" tabindex="0"><table>`;
markdown.renderer.rules.table_close = () => `</table></div>`;

/** A Markdown text as HTML. */
export function markdownHtml(text: string, { slugger, link }: PageTexts): string {
  const tokens = markdown.parse(text, {});
  for (const [i, token] of tokens.entries()) {
    if (token.type === "heading_open") {
      const words = (tokens[i + 1].children ?? []).map(({ content }) => content);
      token.attrSet("id", slugger.slug(words.join("")));
    }
    // a corner without a text heads nothing
    if (token.type === "th_open" && tokens[i + 1].content === "") {
      token.tag = tokens[i + 2].tag = "td";
    }
    for (const inline of token.children ?? []) {
      const name = inline.type === "link_open" ? "href" : inline.type === "image" ? "src" : "";
      const address = inline.attrGet(name);
      if (address !== null) inline.attrSet(name, link(String(address)));
    }
  }
  return markdown.renderer.render(tokens, markdown.options, {});
}
