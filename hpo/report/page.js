// Draws the page's figures: in the page's colours, on the screen's width, and on white paper.
"use strict";
const settings = JSON.parse(document.getElementById("settings").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const PAPER = { width: 680, column: 215, height: 960 };  // pixels of a printed page
const figures = new Map([...document.querySelectorAll(".plotly-graph-div")].map(
  div => [div, JSON.parse(div.nextElementSibling.textContent)]));

function inDark(value) {
  if (typeof value === "string") return settings.dark[value] ?? value;
  if (Array.isArray(value)) return value.map(inDark);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inDark(inner)]));
}

function draw(printed = false) {
  for (const [div, figure] of figures) {
    if (!printed && !div.offsetParent) continue;  // hidden: the screen is too narrow for it
    const drawn = dark.matches && !printed ? inDark(figure) : structuredClone(figure);
    const size = printed ? {
      autosize: false,
      width: div.closest(".many") ? PAPER.column : PAPER.width,
      height: Math.min(drawn.layout.height, PAPER.height),
    } : {};
    div.style.height = `${size.height ?? drawn.layout.height}px`;
    Plotly.react(div, drawn.data, { ...drawn.layout, ...size }, settings.buttons);
  }
}

draw();
dark.addEventListener("change", () => draw());
matchMedia(settings.wide).addEventListener("change", () => draw());
addEventListener("beforeprint", () => draw(true));
addEventListener("afterprint", () => draw());
