/**
 * Measures colours for tests: the contrast (WCAG 2.2, "relative luminance") and the distance (OKLab, Ottosson 2020) of
 * two colours. Also computes how a colour-blind eye sees a colour (Machado, Oliveira, Fernandes 2009, severity 1.0).
 */

type Triple = readonly [number, number, number];

/** Normal eyes, and the three kinds of complete colour blindness. */
export const visions = ['normal', 'protan', 'deutan', 'tritan'] as const;
export type Vision = (typeof visions)[number];

/** The matrices of Machado et al., for linear RGB. */
const matrices: Readonly<Record<Exclude<Vision, 'normal'>, readonly [Triple, Triple, Triple]>> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** @param hex `#rrggbb` */
function linearOf(hex: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function seenAs(hex: string, vision: Vision): Triple {
  const linear = linearOf(hex);
  if (vision === 'normal') return linear;
  const row = (weights: Triple) =>
    Math.min(1, Math.max(0, weights[0] * linear[0] + weights[1] * linear[1] + weights[2] * linear[2]));
  const [red, green, blue] = matrices[vision];
  return [row(red), row(green), row(blue)];
}

/** Returns the contrast of two colours, 1 to 21. */
export function contrastOf(a: string, b: string, vision: Vision = 'normal'): number {
  const luminance = (hex: string) => {
    const [red, green, blue] = seenAs(hex, vision);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [lighter, darker] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (lighter! + 0.05) / (darker! + 0.05);
}

/** Returns the distance of two colours in OKLab: 0 for equal colours, 1 from black to white. */
export function distanceOf(a: string, b: string, vision: Vision = 'normal'): number {
  const [labA, labB] = [okLabOf(seenAs(a, vision)), okLabOf(seenAs(b, vision))];
  return Math.hypot(labA[0] - labB[0], labA[1] - labB[1], labA[2] - labB[2]);
}

function okLabOf([red, green, blue]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
