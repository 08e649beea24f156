import { useMemo, useState } from "react";
import type { NodeType } from "../api/shapes";
import { DRAGGED } from "../graph/Canvas";
import { GROUPS, useCatalogue } from "../model/catalogue";
import { Icon } from "../parts/Icon";
import { t } from "../texts";

interface Props {
  onAdd: (type: string) => void;
}

const KEPT = "naryad.palette";
const LIST = "nyd-palette-list";

/**
 * All nodes that this kind of workflow may hold, by group; to be dragged, or added with Enter.
 * Folded it leaves its place to the graph, until whoever folded it in this browser unfolds it.
 */
export function Palette({ onAdd }: Props) {
  const catalogue = useCatalogue();
  const [wanted, setWanted] = useState("");
  const [isFolded, setFolded] = useState(() => localStorage.getItem(KEPT) === "folded");
  const groups = useMemo(() => grouped([...catalogue.values()], wanted), [catalogue, wanted]);
  const fold = () => {
    setFolded(!isFolded);
    localStorage.setItem(KEPT, isFolded ? "open" : "folded");
  };
  return (
    <aside className={`nyd-palette${isFolded ? " nyd-folded" : ""}`} aria-label={t("palette")}>
      <div className="nyd-palette-head">
        <button
          type="button"
          className="nyd-button nyd-quiet nyd-bare"
          aria-label={t("palette")}
          aria-expanded={!isFolded}
          aria-controls={LIST}
          title={isFolded ? t("unfoldPalette") : t("foldPalette")}
          onClick={fold}
        >
          <Icon name={isFolded ? "unfold" : "fold"} />
        </button>
        <div className="nyd-search" hidden={isFolded}>
          <Icon name="search" />
          <input
            type="search"
            value={wanted}
            placeholder={t("searchNodes")}
            aria-label={t("searchNodes")}
            onChange={(event) => setWanted(event.target.value)}
          />
        </div>
      </div>
      <div className="nyd-palette-list" id={LIST} hidden={isFolded}>
        {groups.map(([group, types]) => (
          <section key={group}>
            <h3>{t(`group_${group}`)}</h3>
            {types.map((type) => (
              <button
                key={type.type}
                type="button"
                className={`nyd-palette-item nyd-g-${group}`}
                draggable
                data-type={type.type}
                title={type.description}
                onClick={() => onAdd(type.type)}
                onDragStart={(event) => {
                  event.dataTransfer.setData(DRAGGED, type.type);
                  event.dataTransfer.effectAllowed = "copy";
                }}
              >
                <span className="nyd-node-icon">
                  <Icon name={group} />
                </span>
                <span>
                  <b>{type.title}</b>
                  <small>{type.type}</small>
                </span>
              </button>
            ))}
          </section>
        ))}
        {groups.length === 0 && <p className="nyd-quiet-text">{t("nothingFound")}</p>}
      </div>
    </aside>
  );
}

function grouped(types: NodeType[], wanted: string): [string, NodeType[]][] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (type: NodeType) => {
    const text = `${type.title} ${type.type} ${type.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const known: readonly string[] = GROUPS;
  const order = [...new Set([...known, ...types.map((one) => one.group)])];
  return order
    .map((group): [string, NodeType[]] => [group, types.filter((one) => one.group === group && fits(one))])
    .filter(([, found]) => found.length > 0);
}
