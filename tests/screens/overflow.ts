/**
 * Finds text on a page that a person cannot read completely, because it is cut off by a box, outside the window, or
 * under other text. Checks every text that is drawn, so that new elements are checked without a change of this file.
 */
import type { Page } from 'playwright-core';

/**
 * The window sizes that the dashboard supports, in CSS pixels. Three sizes are at a zoom of 200 %, which halves width
 * and height.
 */
export const windowSizes = [
  { name: '360', width: 360, height: 780, zoom: 1 },
  { name: '414', width: 414, height: 896, zoom: 1 },
  { name: '768', width: 768, height: 1024, zoom: 1 },
  { name: '1024', width: 1024, height: 768, zoom: 1 },
  { name: '1280', width: 1280, height: 800, zoom: 1 },
  { name: '1366', width: 1366, height: 768, zoom: 1 },
  { name: '1920', width: 1920, height: 1080, zoom: 1 },
  { name: '3840', width: 3840, height: 2160, zoom: 1 },
  { name: '1280 at 200 %', width: 640, height: 400, zoom: 2 },
  { name: '1366 at 200 %', width: 683, height: 384, zoom: 2 },
  { name: '1920 at 200 %', width: 960, height: 540, zoom: 2 },
] as const;
export type Size = { readonly name: string; readonly width: number; readonly height: number };

/** Time without a drawn frame after which a screenshot makes the page draw. */
const stalledMs = 5_000;

/**
 * Sets the size of the window without a reload, and waits until the page has its new layout. Headless Chromium
 * sometimes stops drawing on a busy machine; a screenshot makes it draw again.
 * @throws Error if the page draws nothing after three screenshots
 */
export async function resize(page: Page, { width, height }: { width: number; height: number }): Promise<void> {
  await page.setViewportSize({ width, height });
  for (let tries = 0; tries < 3; tries += 1) {
    if (await page.evaluate(drawsThreeFrames, stalledMs)) return;
    await page.screenshot();
  }
  throw new Error(`The page draws nothing at ${width} × ${height}.`);
}

/**
 * Runs in the page. Waits for three frames: one in which the ResizeObserver reports, one to render the grid, one for
 * the layout. Returns false if the frames take longer than `msMax`.
 */
function drawsThreeFrames(msMax: number): Promise<boolean> {
  return new Promise((done) => {
    const draw = (frames: number) => (frames === 0 ? done(true) : requestAnimationFrame(() => draw(frames - 1)));
    setTimeout(() => done(false), msMax);
    draw(3);
  });
}

/** Returns one sentence for each text that cannot be read completely. */
export function findUnreadableTexts(page: Page): Promise<string[]> {
  return page.evaluate(findUnreadable);
}

/** Runs in the page, so this function can use only names that are defined inside of it. */
function findUnreadable(): string[] {
  /** Tolerance. Half a pixel may be rounding, and a digit without one pixel at its edge can still be read. */
  const slackPx = 1.01;
  const numberPxMin = 13;
  const textPxMin = 10;
  const nameWidthPxMin = 30;
  const fieldWidthEmMax = 36;
  /** Selects elements that lie over the page on purpose. */
  const layers = '.lost, dialog, [role="dialog"], [popover], .skip, .notices.is-open, .hidden-alarms';
  type Box = { left: number; right: number; top: number; bottom: number };
  type Text = Box & { text: string; element: Element; layer: Element | null };
  const faults = new Map<string, number>();
  const fault = (kind: string, element: Element, text: string, detail: string) => {
    const line = `${kind}: "${text.slice(0, 60)}" in ${nameOf(element)}${detail}`;
    faults.set(line, (faults.get(line) ?? 0) + 1);
  };

  function nameOf(element: Element): string {
    const path: string[] = [];
    for (let at: Element | null = element; at && path.length < 3; at = at.parentElement) {
      const name = typeof at.className === 'string' ? at.className.trim().split(/\s+/)[0] : '';
      if (name) path.unshift(`.${name}`);
      else if (path.length === 0) path.unshift(at.tagName.toLowerCase());
    }
    return path.join(' ');
  }

  function isDrawn(element: Element): boolean {
    if (element.closest('.unseen, noscript, script, style, option')) return false;
    // Only a screen reader reads such an element.
    if (getComputedStyle(element).clipPath === 'inset(50%)') return false;
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  }

  /** The paper of a strip keeps its scale (25 mm/s), so it scrolls sideways in a narrow window. */
  const isPaper = (element: Element) => element.matches('.strip__scroll');

  /** Returns whether a text may be cut off: only a name with an ellipsis whose title has the complete name. */
  function mayBeCut(element: Element, text: string): boolean {
    const titled = element.closest('[title]');
    return titled?.matches('[data-may-shorten]') === true && (titled.getAttribute('title') ?? '').includes(text);
  }

  /** Returns the part of a text's line in which letters are drawn. The rest of the line is space above and below. */
  function inkOf(rect: DOMRect, fontPx: number): Box {
    const middle = (rect.top + rect.bottom) / 2;
    return {
      left: rect.left,
      right: rect.right,
      top: middle - Math.min(rect.height, fontPx * 0.8) / 2,
      bottom: middle + Math.min(rect.height, fontPx * 0.8) / 2,
    };
  }

  /** Returns whether a visible button beside a box opens the hidden content of the box, as at the strip of notices. */
  function opensBeside(box: Element): boolean {
    const button = box.parentElement?.querySelector(':scope > button[aria-expanded=false]');
    return button?.checkVisibility() === true;
  }

  type Clip = Box & { at: Element; across: boolean; down: boolean; scrolls: boolean };
  const clipsOfElement = new Map<Element, readonly Clip[]>();

  /** Returns the boxes that cut off the content of an element, from the inside out. */
  function clipsOf(element: Element): readonly Clip[] {
    const cached = clipsOfElement.get(element);
    if (cached) return cached;
    const style = getComputedStyle(element);
    const parent = style.position === 'fixed' ? null : element.parentElement;
    const outer = parent === null || parent === document.documentElement ? [] : clipsOf(parent);
    const across = style.display !== 'inline' && style.overflowX !== 'visible';
    const down = style.display !== 'inline' && style.overflowY !== 'visible';
    let clips = outer;
    if (across || down) {
      const box = element.getBoundingClientRect();
      const left = box.left + element.clientLeft;
      const top = box.top + element.clientTop;
      const scrolls = style.overflowY === 'auto' || style.overflowY === 'scroll' || opensBeside(element);
      const edges = { left, top, right: left + element.clientWidth, bottom: top + element.clientHeight };
      clips = [{ at: element, across, down, scrolls, ...edges }, ...outer];
    }
    clipsOfElement.set(element, clips);
    return clips;
  }

  function checkClipping(element: Element, text: string, ink: Box): boolean {
    for (const { at, across, down, scrolls, left, top, right, bottom } of clipsOf(element)) {
      if (across && (ink.left < left - slackPx || ink.right > right + slackPx)) {
        if (mayBeCut(at, text) || isPaper(at)) return false;
        const overhangPx = Math.max(left - ink.left, ink.right - right).toFixed(0);
        fault('cut at its side', element, text, ` by ${nameOf(at)}, ${overhangPx} px`);
        return true;
      }
      // Text further down in a scrolling box can be reached by scrolling, so outer boxes do not matter.
      if (down && scrolls && at.scrollHeight > at.clientHeight && (ink.top < top || ink.bottom > bottom)) break;
      if (down && (ink.top < top - slackPx || ink.bottom > bottom + slackPx)) {
        if (mayBeCut(at, text)) return false;
        const overhangPx = Math.max(top - ink.top, ink.bottom - bottom).toFixed(0);
        fault('cut above or below', element, text, ` by ${nameOf(at)}, ${overhangPx} px`);
        return true;
      }
    }
    if (ink.left < -slackPx || ink.right > innerWidth + slackPx) {
      fault('outside the window', element, text, `, ${Math.max(-ink.left, ink.right - innerWidth).toFixed(0)} px`);
      return true;
    }
    return false;
  }

  const texts: Text[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent?.trim() ?? '';
    const element = node.parentElement;
    if (text === '' || !element || !isDrawn(element)) continue;
    const style = getComputedStyle(element);
    const fontPx = Number.parseFloat(style.fontSize);
    const isValue = element.closest('.slot__value') !== null;
    if (fontPx < (isValue ? numberPxMin : textPxMin)) {
      fault('too small to read', element, isValue ? 'a number' : text, `, ${fontPx.toFixed(1)} px`);
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    const layer = element.closest(layers);
    for (const rect of range.getClientRects()) {
      if (rect.width < 0.5) continue;
      const ink = inkOf(rect, fontPx);
      if (!checkClipping(element, text, ink)) texts.push({ ...ink, text, element, layer });
    }
  }

  /** Returns whether a text is visible, and reduces it to its visible part. Hidden parts cannot overlap other texts. */
  function isShown(text: Text): boolean {
    for (const box of clipsOf(text.element)) {
      if (text.bottom <= box.top || text.top >= box.bottom || text.left >= box.right || text.right <= box.left)
        return false;
      if (box.across) text.right = Math.min(text.right, box.right);
      if (!box.down) continue;
      text.top = Math.max(text.top, box.top);
      text.bottom = Math.min(text.bottom, box.bottom);
    }
    return true;
  }

  const shown = texts.filter(isShown).sort((a, b) => a.top - b.top);
  for (const [i, a] of shown.entries()) {
    for (let j = i + 1; j < shown.length && shown[j]!.top < a.bottom - slackPx; j += 1) {
      const b = shown[j]!;
      if (a.element === b.element || a.layer !== b.layer) continue;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across <= slackPx || down <= slackPx) continue;
      // The head of a table may lie over its rows, because it stays in place with its own background while the rows
      // scroll. For the same reason, the read-out of the trends may lie over the charts. In a window with little room,
      // the line about new alarms may lie over the list.
      const stays = 'thead, .trend-cursor, .alarms__fresh';
      if (a.element.closest(stays) === b.element.closest(stays)) {
        fault('over each other', a.element, `${a.text}" and "${b.text}`, ` and ${nameOf(b.element)}`);
      }
    }
  }

  // A box with a background hides what is under it, even if no texts overlap.
  for (const parent of document.querySelectorAll('body *')) {
    if (parent.childElementCount < 2) continue;
    const display = getComputedStyle(parent).display;
    if (!display.includes('flex') && !display.includes('grid')) continue;
    const boxes = [...parent.children].filter(
      (child) => isDrawn(child) && !['absolute', 'fixed', 'sticky'].includes(getComputedStyle(child).position),
    );
    const rects = boxes.map((box) => box.getBoundingClientRect());
    for (const [i, a] of rects.entries()) {
      for (let j = i + 1; j < rects.length; j += 1) {
        const b = rects[j]!;
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > slackPx && down > slackPx && boxes[i]!.textContent && boxes[j]!.textContent) {
          fault(
            'boxes over each other',
            boxes[i]!,
            nameOf(boxes[j]!),
            `, ${across.toFixed(0)} × ${down.toFixed(0)} px`,
          );
        }
      }
    }
  }

  // The text in a field is not a text node, so its width is measured with a canvas.
  const pen = document.createElement('canvas').getContext('2d')!;
  for (const field of document.querySelectorAll<HTMLInputElement | HTMLSelectElement>('select, input[placeholder]')) {
    if (!isDrawn(field)) continue;
    const style = getComputedStyle(field);
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const isSelect = field instanceof HTMLSelectElement;
    const text = isSelect ? (field.selectedOptions[0]?.text ?? '') : field.placeholder;
    const arrowPx = isSelect ? 20 : 0;
    const room = field.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
    if (pen.measureText(text).width > room - arrowPx + slackPx && !mayBeCut(field, text)) {
      fault('cut in its field', field, text, `, ${(pen.measureText(text).width - room + arrowPx).toFixed(0)} px`);
    }
  }

  // A field must not be as wide as a large screen, because its label and its button would be too far apart.
  for (const field of document.querySelectorAll('form :is(input, select, button)')) {
    const widthPx = field.getBoundingClientRect().width;
    const isLong = field instanceof HTMLButtonElement && (field.textContent ?? '').length > fieldWidthEmMax;
    const widthPxMax = fieldWidthEmMax * Number.parseFloat(getComputedStyle(field).fontSize);
    if (isDrawn(field) && !isLong && widthPx > widthPxMax)
      fault('wide as the screen', field, field.textContent ?? '', `, ${widthPx.toFixed(0)} px`);
  }

  // The checks above accept what the closed strip of notices cuts off. But the button of the first notice must be
  // visible.
  for (const button of document.querySelectorAll('.notices:not(.is-open) .notice:first-child button')) {
    const box = button.getBoundingClientRect();
    const strip = button.closest('.notices__list')!.getBoundingClientRect();
    if (isDrawn(button) && (box.top < strip.top - slackPx || box.bottom > strip.bottom + slackPx))
      fault(
        'button cut by the strip',
        button,
        button.textContent ?? '',
        `, ${(box.bottom - strip.bottom).toFixed(0)} px`,
      );
  }

  for (const slot of document.querySelectorAll('.slot--limits')) {
    if (isDrawn(slot) && !slot.querySelector('.slot__limits')?.checkVisibility())
      fault('limits not shown', slot, slot.querySelector('.slot__label')?.textContent ?? '', '');
  }

  // A shortened name must be long enough to distinguish beds, and must be readable completely as a tooltip.
  for (const name of document.querySelectorAll<HTMLElement>('[data-may-shorten]:not(select)')) {
    const text = name.textContent?.trim() ?? '';
    if (text === '' || !isDrawn(name)) continue;
    if (name.clientWidth < Math.min(nameWidthPxMin, name.scrollWidth - slackPx))
      fault('name shortened too much', name, text, `, ${name.clientWidth} px`);
    if (name.scrollWidth <= name.clientWidth && name.scrollHeight <= name.clientHeight + slackPx) continue;
    const { left, top, width, height } = name.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const isInSight = clipsOf(name).every((box) => x > box.left && x < box.right && y > box.top && y < box.bottom);
    const hit = isInSight ? document.elementFromPoint(x, y) : null;
    if (hit && !hit.closest(layers) && !hit.closest('[title]')?.getAttribute('title')?.includes(text))
      fault('no tooltip with the complete name', name, text, ` under ${nameOf(hit)}`);
  }

  for (const element of document.querySelectorAll('body, body *')) {
    if (element.scrollWidth <= element.clientWidth + slackPx) continue;
    const style = getComputedStyle(element);
    const scrollsAcross = style.overflowX === 'auto' || style.overflowX === 'scroll' || element === document.body;
    if (scrollsAcross && isDrawn(element) && !isPaper(element)) {
      fault('scrolls sideways', element, '', `, ${element.scrollWidth - element.clientWidth} px`);
    }
  }
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    fault('the page scrolls sideways', root, '', `, ${root.scrollWidth - root.clientWidth} px`);
  }
  return [...faults].map(([line, count]) => (count > 1 ? `${line} (${count} times)` : line));
}
