import type { Section } from './api'

/** Sections and those below them, in order. */
export const everySection = (sections: Section[]): Section[] => sections.flatMap((section) => [section, ...everySection(section.children)])
