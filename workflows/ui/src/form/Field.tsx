import { useId, useState } from "react";
import { parse, shown } from "../api/exact";
import type { Schema } from "../api/shapes";
import { t } from "../texts";
import { useCallable, useCredentials, type Choice } from "./choices";
import { ListField } from "./ListFields";
import { ObjectField } from "./ObjectField";
import { type FieldProps, fits, isTemplate, unfolded } from "./schema";
import { TextField } from "./TextField";
import { UnionField } from "./UnionField";

interface Props extends FieldProps {
  titled?: boolean;
  required?: boolean;
}

/** A field for any part of a JSON schema, under its title and with its explanation. */
export function Field({ titled, required, ...props }: Props) {
  const { schema, variants } = unfolded(props.schema, props.around);
  const id = useId();
  const title = schema.title ?? props.schema.title ?? props.label ?? String(props.path.at(-1) ?? "");
  const about = schema.description ?? props.schema.description;
  const control = <Control {...props} label={title} schema={props.schema} />;
  if (!titled) return control;
  const isAlone = variants.length === 0 && schema.type === "boolean";
  const canBeTemplate = !props.around.readOnly && !props.around.isFixed && schema.type !== "string" && variants.length === 0;
  return (
    <div className={`nyd-field${isAlone ? " nyd-field-row" : ""}`} data-field={props.path.join(".")}>
      <div className="nyd-field-head">
        <span className="nyd-label" id={id}>
          {title}
          {required && <i title={t("required")}>*</i>}
        </span>
        {canBeTemplate && (
          <button
            type="button"
            className={`nyd-fx${isTemplate(props.value) ? " nyd-fx-on" : ""}`}
            aria-pressed={isTemplate(props.value)}
            aria-label={`fx, ${t("expression")}: ${title}`}
            title={t("expression")}
            onClick={() => props.onChange(isTemplate(props.value) ? undefined : "{{ $json. }}")}
          >
            fx
          </button>
        )}
      </div>
      {control}
      {about && <p className="nyd-about">{about}</p>}
    </div>
  );
}

function Control(props: FieldProps) {
  const { around, value, onChange, path } = props;
  const label = props.label ?? "";
  const { schema, nullable, variants } = unfolded(props.schema, around);
  const name = String(path.at(-1));
  if (variants.length) return <VariantField {...props} variants={variants} />;
  if (schema.oneOf) return <UnionField {...props} schema={schema} />;
  if (isTemplate(value) || (schema.type !== "string" && typeof value === "string" && schema.type !== undefined && !schema.enum))
    return <Text {...props} schema={schema} isAny={schema.type === undefined} />;
  if (schema.credentialKinds) return <CredentialField {...props} kinds={schema.credentialKinds} />;
  if (name === "workflow" && schema.type === "string") return <WorkflowField {...props} />;
  if (schema.const !== undefined) return <output>{String(schema.const)}</output>;
  if (schema.enum) {
    const choices = (schema.enum as unknown[]).map((one) => ({ value: String(one), label: titleOf(schema, one) }));
    const pick = (text: string) => onChange((schema.enum as unknown[]).find((one) => String(one) === text));
    return <Select {...props} label={label} choices={choices} fallback={schema.default} nullable={nullable} onPick={pick} />;
  }
  switch (schema.type) {
    case "boolean":
      return (
        <input
          type="checkbox"
          aria-label={label}
          disabled={around.readOnly}
          checked={Boolean(value ?? schema.default)}
          onChange={(event) => onChange(event.target.checked)}
        />
      );
    case "integer":
    case "number":
      return <NumberField {...props} schema={schema} label={label} />;
    case "array":
      return <ListField {...props} schema={schema} label={label} />;
    case "object":
      return <ObjectField {...props} schema={schema} />;
    case "string":
      return <Text {...props} schema={schema} />;
    default:
      return <Text {...props} schema={schema} isAny />;
  }
}

/** What people call a choice, with what it is called in JSON and in explanations. */
function titleOf(schema: Schema, choice: unknown): string {
  const title: string | undefined = schema.choiceTitles?.[String(choice)];
  return title === undefined || title === String(choice) ? String(choice) : `${title} (${choice})`;
}

/** A text. Where any value may stand (`isAny`) what can be read as JSON is that value, and anything else a text. */
function Text({ schema, value, onChange, around, label, path, isAny }: FieldProps & { isAny?: boolean }) {
  const [draft, setDraft] = useState<string | null>(null);
  const isLong = path.at(-1) === "code" || Number(schema.maxLength ?? 0) > 20_000;
  return (
    <TextField
      value={isAny ? (draft ?? written(value)) : shown(value)}
      onLeave={() => setDraft(null)}
      label={label ?? ""}
      long={isLong}
      readOnly={around.readOnly}
      suggestions={around.suggestions}
      placeholder={schema.default ? String(schema.default) : schema.format === "date" ? "YYYY-MM-DD" : undefined}
      onChange={(text) => {
        if (isAny) setDraft(text);
        onChange(text === "" ? undefined : isAny ? read(text) : text);
      }}
    />
  );
}

const written = (value: unknown): string =>
  value === undefined || typeof value === "string" ? shown(value) : JSON.stringify(value, null, 2);

function read(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

function NumberField({ schema, value, onChange, around, label }: FieldProps) {
  return (
    <input
      type="number"
      aria-label={label}
      readOnly={around.readOnly}
      step={schema.type === "integer" ? 1 : "any"}
      min={schema.minimum}
      max={schema.maximum}
      placeholder={schema.default === null || schema.default === undefined ? "" : String(schema.default)}
      value={shown(value)}
      onChange={(event) => onChange(event.target.value === "" ? undefined : Number(event.target.value))}
    />
  );
}

interface SelectProps extends FieldProps {
  choices: Choice[];
  nullable: boolean;
  fallback?: unknown;
  onPick: (value: string) => void;
}

function Select({ value, choices, nullable, fallback, onPick, onChange, around, label }: SelectProps) {
  const present = shown(value);
  const isKnown = present === "" || choices.some((one) => one.value === present);
  const standard = choices.find((one) => one.value === String(fallback))?.label ?? String(fallback);
  const byDefault = fallback === undefined || fallback === null ? t("notSet") : t("byDefault", { value: standard });
  return (
    <select
      aria-label={label}
      value={present}
      disabled={around.readOnly}
      onChange={(event) => (event.target.value === "" ? onChange(undefined) : onPick(event.target.value))}
    >
      {(nullable || fallback !== undefined || present === "") && <option value="">{byDefault}</option>}
      {!isKnown && <option value={present}>{present}</option>}
      {choices.map((one) => (
        <option key={one.value} value={one.value}>
          {one.label}
        </option>
      ))}
    </select>
  );
}

function CredentialField({ kinds, ...props }: FieldProps & { kinds: string[] }) {
  return <Select {...props} choices={useCredentials(kinds) ?? []} nullable onPick={props.onChange} />;
}

function WorkflowField(props: FieldProps) {
  const choices = useCallable(true);
  return (
    <>
      <Select {...props} choices={choices ?? []} nullable={false} onPick={props.onChange} />
      {choices?.length === 0 && <p className="nyd-about">{t("noCallable")}</p>}
    </>
  );
}

/** A value that may be of several kinds: the kind is chosen by what is there. */
function VariantField({ variants, ...props }: FieldProps & { variants: Schema[] }) {
  const at = Math.max(0, variants.findIndex((one) => fits(props.value, one)));
  return (
    <div className="nyd-variant">
      <select
        aria-label={t("kindOfValue")}
        value={at}
        disabled={props.around.readOnly}
        onChange={(event) => props.onChange(converted(props.value, variants[Number(event.target.value)]!))}
      >
        {variants.map((one, place) => (
          <option key={place} value={place}>
            {t(`type_${one.type ?? "any"}`)}
          </option>
        ))}
      </select>
      <Control {...props} schema={variants[at]!} />
    </div>
  );
}

function converted(value: unknown, schema: Schema): unknown {
  if (schema.type === "array") return value === undefined || value === "" ? [] : [value];
  if (Array.isArray(value)) return schema.type === "string" ? String(value[0] ?? "") : value[0];
  if (schema.type === "object") return {};
  if (schema.type === "string") return shown(value);
  return schema.type === "boolean" ? Boolean(value) : Number(shown(value)) || 0;
}
