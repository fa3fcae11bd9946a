import { assertEquals } from "@std/assert";
import { headingsOf } from "ehrloom/plot/page/page.tsx";

Deno.test("headingsOf() finds the headings of sections, with their markup, and no others", () => {
  const html = `<section><h2 id="a">Is it <em>so</em>?</h2><h3 id="b">No</h3></section>` +
    `<h2>Without an id</h2><section><h2 id="c">R² &lt; 1</h2></section>`;
  assertEquals(headingsOf(html), [["a", "Is it <em>so</em>?"], ["c", "R² &lt; 1"]]);
});
