/** The languages of texts for persons: English, and German (docs/decisions/080-german.md). */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];
