// Renders mermaid diagrams to SVG files.
//
// Standard input: a JSON list of { file, source }. Each source is rendered and written to its file.
// Colours become variables of the book's theme, so that one SVG serves light and dark; what a drawing
// does not use of mermaid's style sheet and arrowheads is left out.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { start } from "./chromium.mjs";

// Each stands for a variable: mermaid computes with its colours, so they must be real ones.
const COLOURS = {
  "#fe0101": "var(--code-bg)",
  "#fe0202": "var(--fg)",
  "#fe0303": "var(--strong-line)",
  "#fe0404": "var(--bg)",
  // Mermaid's own, written into attributes whatever the settings say.
  "#eaeaea": "var(--code-bg)",
  "#edf2ae": "var(--bg)",
  "#EDF2AE": "var(--bg)",
  "#666": "var(--strong-line)",
  "#999": "var(--strong-line)",
};
const [box, text, line, paper] = Object.keys(COLOURS);
const settings = {
  startOnLoad: false,
  securityLevel: "strict",
  deterministicIds: true,
  theme: "base",
  htmlLabels: false,
  flowchart: { htmlLabels: false, padding: 12, wrappingWidth: 300 },
  // A wide face: where the reader's is narrower, labels still fit their boxes.
  fontFamily: "DejaVu Sans, Verdana, sans-serif",
  themeVariables: {
    fontSize: "15px",
    background: paper,
    primaryColor: box, primaryTextColor: text, primaryBorderColor: line,
    secondaryColor: box, secondaryTextColor: text, secondaryBorderColor: line,
    tertiaryColor: paper, tertiaryTextColor: text, tertiaryBorderColor: line,
    mainBkg: box, nodeBorder: line, nodeTextColor: text, clusterBkg: paper, clusterBorder: line,
    titleColor: text, textColor: text, lineColor: line, edgeLabelBackground: paper,
    actorBkg: box, actorBorder: line, actorTextColor: text, actorLineColor: line,
    signalColor: line, signalTextColor: text, labelBoxBkgColor: box, labelBoxBorderColor: line,
    labelTextColor: text, loopTextColor: text, activationBkgColor: box, activationBorderColor: line,
    sequenceNumberColor: paper, noteBkgColor: paper, noteBorderColor: line, noteTextColor: text,
    transitionColor: line, transitionLabelColor: text, stateLabelColor: text, stateBkg: box,
    labelBackgroundColor: paper, compositeBackground: paper, compositeTitleBackground: box,
    specialStateColor: line, innerEndBackground: line, altBackground: paper, classText: text,
    errorBkgColor: box, errorTextColor: text,
  },
};

const mermaidScript = createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js");
const diagrams = JSON.parse(readFileSync(0, "utf8"));
const browser = await start();
try {
  const page = await browser.newPage();
  await page.setContent("<!DOCTYPE html><body></body>");
  await page.addScriptTag({ path: mermaidScript });
  for (const { file, source } of diagrams) {
    const id = "diagram-" + file.split(/[\\/]/).pop().replace(".svg", "");
    let svg;
    try {
      svg = await page.evaluate(render, { id, source, settings });
    } catch (error) {
      throw new Error(`${source}\n\n${error.message}`);
    }
    for (const [colour, variable] of Object.entries(COLOURS)) {
      if (colour.length < 7) {
        svg = svg.replaceAll(`"${colour}"`, `"${variable}"`);
        continue;
      }
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
      svg = svg.replaceAll(colour, variable).replaceAll(`rgb(${r}, ${g}, ${b})`, variable);
    }
    const fixed = svg.match(/#[0-9a-f]{6}\b|#[0-9a-f]{3}\b(?=["; ])|rgba?\([^)]*\)|hsla?\([^)]*\)/i);
    if (fixed) throw new Error(`${source}\n\nthe colour ${fixed[0]} does not follow the theme: give it a variable in diagrams.mjs`);
    writeFileSync(file, svg + "\n");
    console.log(`rendered  ${file.split(/[\\/]/).pop()}  ${svg.length} bytes`);
  }
} finally {
  await browser.close();
}

// Runs in the page.
async function render({ id, source, settings }) {
  mermaid.initialize(settings);
  const { svg } = await mermaid.render(id, source);
  document.body.innerHTML = svg;
  const root = document.querySelector("svg");
  // The page's own label says what these say, and ids in them could meet others.
  for (const element of root.querySelectorAll(":scope > title, :scope > desc")) element.remove();
  for (const name of ["aria-labelledby", "aria-describedby", "aria-roledescription", "role", "style"]) root.removeAttribute(name);
  root.setAttribute("width", root.viewBox.baseVal.width);
  // Each id begins with the diagram's, since several diagrams share a page.
  for (const element of root.querySelectorAll("[id]")) {
    if (!element.id.startsWith(id)) element.id = `${id}-${element.id}`;
  }
  for (const element of root.querySelectorAll("*")) {
    for (const { name } of Array.from(element.attributes)) {
      if (name.startsWith("data-") || (name === "style" && !element.style.cssText)) element.removeAttribute(name);
    }
  }
  // Mermaid writes every arrowhead and icon that it knows.
  const text = root.outerHTML;
  for (const element of root.querySelectorAll("marker, filter, linearGradient, symbol")) {
    if (!text.includes(`#${element.id})`) && !text.includes(`"#${element.id}"`)) element.remove();
  }
  for (const defs of root.querySelectorAll("defs:empty")) defs.remove();
  const style = root.querySelector("style");
  const kept = [];
  for (const rule of style.sheet.cssRules) {
    if (!rule.selectorText) continue;
    const selectors = rule.selectorText.split(",").filter((selector) => {
      try {
        return root.matches(selector) || root.querySelector(selector.replace(/::?[a-z-]+$/, ""));
      } catch {
        return false;
      }
    });
    if (selectors.length) kept.push(`${selectors.join(",")} { ${rule.style.cssText} }`);
  }
  style.textContent =
    kept.join(" ").replace(/font-family:[^;}]*;?/g, "") +
    ` #${id} { font-family: var(--text-font, sans-serif); } #${id} .edgeLabel rect { opacity: 1; }`;
  return root.outerHTML.replaceAll("\n", " ");
}
