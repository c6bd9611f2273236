// What the pages do beyond reading. Everything here is extra: without it the text, the pictures, the
// questions and the contents still work. No key without Ctrl does anything, so that none is taken
// from screen readers.
"use strict";

const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
const byId = (id) => document.getElementById(id);

(function colours() {
  const select = byId("book-colours");
  const root = document.documentElement;
  document.querySelector(".tools").hidden = false;
  select.value = root.dataset.colours ?? "";
  select.addEventListener("change", () => {
    if (select.value) root.dataset.colours = select.value;
    else delete root.dataset.colours;
    try {
      localStorage.setItem("book-colours", select.value);
    } catch {
      // A browser that keeps nothing forgets the choice.
    }
  });
})();

(function code() {
  for (const code of all("pre > code[class*='language-']")) {
    const language = /language-(\w+)/.exec(code.className)[1];
    if (hljs.getLanguage(language)) hljs.highlightBlock(code);
  }
  if (!navigator.clipboard) return;
  for (const pre of all("main pre:not(.printed, .twin pre, .mermaid)")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(pre.querySelector("code").innerText);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    const frame = document.createElement("div");
    frame.className = "code";
    pre.replaceWith(frame);
    frame.append(pre, button);
  }
})();

// What scrolls sideways must be reachable with the keyboard.
(function scrollers() {
  const look = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const element of all("main pre, main pre > code, .canvas, .table-wrapper")) look.observe(element);
})();

(function contents() {
  const page = location.pathname.split("/").pop() || "index.html";
  const links = all("#book-contents li a");
  const here = page === "index.html" ? links[0] : links.find((a) => a.getAttribute("href") === page);
  if (!here) return;
  here.setAttribute("aria-current", "page");
  const headings = all("main h2[id]");
  if (headings.length) {
    const list = document.createElement("ol");
    list.className = "sections";
    for (const heading of headings) {
      const link = document.createElement("a");
      link.href = "#" + heading.id;
      link.textContent = heading.textContent;
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    here.closest("li").append(list);
  }
  byId("book-contents").addEventListener("click", (event) => {
    if (event.target.closest("a") && event.currentTarget.matches(":popover-open")) event.currentTarget.hidePopover();
  });
})();

// On paper nothing can be opened.
(function paper() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("main details:not([open], .twin)");
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();

(function search() {
  const dialog = byId("book-search");
  const input = byId("book-search-words");
  const count = byId("book-search-count");
  const results = byId("book-search-results");
  const MOST = 40;
  let loading;

  // The index is loaded when it is first wanted, by a script so that it works without a server too.
  const index = () =>
    (loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = dialog.dataset.index;
      script.onload = () => {
        for (const section of searchIndex) section.all = fold(section.title + " " + section.text);
        resolve(searchIndex);
      };
      script.onerror = () => reject(new Error("The search index is missing."));
      document.head.append(script);
    }));

  const fold = (text) => text.normalize("NFC").toLowerCase();

  // Sections that have every word, as a part of a word too: those with it in the title come first.
  const find = (sections, words) =>
    sections
      .filter((section) => words.every((word) => section.all.includes(word)))
      .map((section, order) => {
        const title = fold(section.title);
        return { section, order, inTitle: words.filter((word) => title.includes(word)).length };
      })
      .sort((a, b) => b.inTitle - a.inTitle || a.order - b.order)
      .map(({ section }) => section);

  // The text around the first of the words, with every word marked.
  const excerpt = (text, words) => {
    const folded = fold(text);
    const places = words.map((word) => folded.indexOf(word)).filter((at) => at >= 0);
    const start = Math.max(0, Math.min(...places, text.length) - 40);
    const from = start === 0 || places.length === 0 ? 0 : text.indexOf(" ", start) + 1;
    const piece = text.slice(from, from + 160);
    const out = document.createElement("p");
    let rest = (from > 0 ? "… " : "") + piece + (from + 160 < text.length ? " …" : "");
    while (rest) {
      const low = fold(rest);
      const next = words.map((word) => [low.indexOf(word), word.length]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0] || b[1] - a[1])[0];
      if (!next) break;
      const mark = document.createElement("mark");
      mark.textContent = rest.slice(next[0], next[0] + next[1]);
      out.append(rest.slice(0, next[0]), mark);
      rest = rest.slice(next[0] + next[1]);
    }
    out.append(rest);
    return out;
  };

  const show = async () => {
    let sections;
    try {
      sections = await index();
    } catch (error) {
      count.textContent = error.message;
      return;
    }
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    const found = words.length ? find(sections, words) : [];
    count.textContent = words.length === 0 ? "" : `${found.length} ${found.length === 1 ? "section" : "sections"}`;
    if (found.length > MOST) count.textContent += `, the first ${MOST} are shown`;
    results.replaceChildren(
      ...found.slice(0, MOST).map((section) => {
        const link = document.createElement("a");
        link.href = dialog.dataset.root + section.link;
        link.textContent = section.title === section.chapter ? section.title : `${section.chapter} › ${section.title}`;
        const item = document.createElement("li");
        item.append(link, excerpt(section.text, words));
        return item;
      }),
    );
  };

  const open = () => {
    if (!dialog.open) dialog.showModal();
    input.select();
    index().catch(() => {});
  };
  byId("book-search-button").addEventListener("click", open);
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  input.addEventListener("input", show);
  dialog.addEventListener("keydown", (event) => {
    const links = all("a", results);
    const at = links.indexOf(document.activeElement);
    if (event.key === "Enter" && document.activeElement === input) {
      event.preventDefault();
      links[0]?.click();
    } else if (event.key === "ArrowDown" && links.length) {
      event.preventDefault();
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (links[at - 1] ?? input).focus();
    }
  });
  results.addEventListener("click", (event) => {
    if (event.target.closest("a")) dialog.close();
  });
})();
