// Contrast of each text with its ground (WCAG 2.2), with the class or tag it was found at. In a
// drawing text is filled, and its ground is the box of its node, else what the drawing stands on.
() => {
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = s => s.match(/[\d.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(
    getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; }
    return [255, 255, 255]; };
  const box = e => { const rect = e.closest('.node')?.querySelector('rect');
    return rect ? parse(getComputedStyle(rect).fill) : ground(e.closest('svg').parentElement); };
  const found = [];
  const see = (text, below, e) => {
    const [a, b] = [light(text), light(below)];
    const name = e.getAttribute('class') || e.tagName;
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), name]);
  };
  for (const e of document.querySelectorAll(
    'h1,h2,p,p b,td,th,.chip,.tile b,.tile span,.label,.label b,.seconds,.reason'))
    see(parse(getComputedStyle(e).color), ground(e), e);
  for (const e of document.querySelectorAll('svg text'))
    see(parse(getComputedStyle(e).fill), box(e), e);
  return found;
}
