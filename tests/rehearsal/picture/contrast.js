// Contrast of each text with its ground (WCAG 2.2), with the class or tag it was found at.
() => {
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = s => s.match(/[\d.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(
    getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; }
    return [255, 255, 255]; };
  const found = [];
  for (const e of document.querySelectorAll('h1,h2,p,td,th,.chip,.tile b,.tile span,.label')) {
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.className || e.tagName]);
  }
  return found;
}