import * as z from 'zod';

/** Kinds of personal data that are known by their shape. */
export const personalKinds = ['email', 'phone', 'card', 'iban', 'address'] as const;
export type PersonalKind = (typeof personalKinds)[number];

/** Addresses have no shape of their own, so that they are looked for only where the operator asks. */
export const defaultPersonalKinds: readonly PersonalKind[] = ['email', 'phone', 'card', 'iban'];

/** `redaction` of `foundry.config.json`: what is taken out beside secrets, and what is left. */
export const redactionConfigSchema = z.strictObject({
  allow: z.array(z.string()).optional(),
  personal: z.union([z.boolean(), z.array(z.enum(personalKinds))]).optional(),
  custom: z
    .array(
      z.strictObject({
        kind: z.string().regex(/^[A-Z][A-Z0-9_]{1,30}$/, 'capitals, digits and _ are needed'),
        pattern: z.string().min(1).max(1000),
      }),
    )
    .max(100)
    .optional(),
});
export type RedactionConfig = z.infer<typeof redactionConfigSchema>;

/** The kinds that a configuration asks for, in a fixed order. */
export function kindsOf(config: RedactionConfig): readonly PersonalKind[] {
  const { personal = true } = config;
  if (personal === true) return defaultPersonalKinds;
  return personal === false ? [] : personalKinds.filter((kind) => personal.includes(kind));
}
