import { useEffect, useState } from "react";
import { ApiError } from "../api/client";
import type { Items } from "../api/shapes";
import { JsonField } from "../form/JsonField";
import { Button } from "../parts/Button";
import { ItemsTable } from "../run/ItemsTable";
import { moment, t } from "../texts";
import type { Pins } from "./usePins";
import type { Testing } from "./useTesting";

interface Props {
  nodeId: string;
  testing: Testing;
  pins: Pins;
  /** What the node gave in the run that is shown, or in the last one. */
  given: Items | undefined;
}

/** Trying one node, or all up to it, and the data that other nodes are given in the place of running. */
export function TestTab({ nodeId, testing, pins, given }: Props) {
  const pinned = pins.byNode.get(nodeId);
  const [isTyping, setTyping] = useState(false);
  const [typed, setTyped] = useState<unknown>(undefined);
  const [isWrong, setWrong] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    setTyping(false);
    setRefusal(null);
  }, [nodeId]);
  const act = async (doing: Promise<void>) => {
    setRefusal(null);
    try {
      await doing;
      setTyping(false);
    } catch (error) {
      setRefusal(error instanceof ApiError ? error.message : String(error));
    }
  };
  const ofRun = given && Object.fromEntries(Object.entries(given).filter(([port]) => !port.includes("[")));
  const hasOutput = ofRun !== undefined && Object.keys(ofRun).length > 0;
  return (
    <div className="nyd-testing">
      <p className="nyd-about">{t("testAbout")}</p>
      <div className="nyd-row">
        <Button label={t("testAlone")} icon="test" tone="main" disabled={testing.isBusy} onClick={() => testing.begin({ nodeId, alone: true })} />
        <Button label={t("testUpTo")} icon="play" disabled={testing.isBusy} onClick={() => testing.begin({ nodeId, alone: false })} />
      </div>
      {testing.refusal && <p className="nyd-wrong" role="alert">{testing.refusal}</p>}
      <section aria-label={t("pinnedData")}>
        <h3>{t("pinnedData")}</h3>
        <p className="nyd-about">{t("pinnedAbout")}</p>
        {pinned && <p className="nyd-quiet-text">{t("pinnedBy", { who: pinned.setBy ?? "—", at: moment(pinned.setAt) })}</p>}
        {pinned &&
          !isTyping &&
          Object.entries(pinned.ports).map(([port, items]) => <ItemsTable key={port} title={port} items={items} />)}
        {isTyping && <JsonField value={typed} label={t("pinnedData")} rows={10} onWrong={setWrong} onChange={setTyped} />}
        <div className="nyd-row">
          {isTyping ? (
            <>
              <Button label={t("pinThis")} icon="pin" tone="main" disabled={isWrong} onClick={() => void act(pins.pin(nodeId, typed as Items))} />
              <Button label={t("cancel")} tone="quiet" onClick={() => setTyping(false)} />
            </>
          ) : (
            <>
              {hasOutput && <Button label={t("pinOutput")} icon="pin" onClick={() => void act(pins.pin(nodeId, ofRun))} />}
              <Button
                label={t("pinTyped")}
                onClick={() => {
                  setTyped(pinned?.ports ?? ofRun ?? { out: [{}] });
                  setWrong(false);
                  setTyping(true);
                }}
              />
              {pinned && <Button label={t("unpin")} icon="trash" tone="danger" onClick={() => void act(pins.unpin(nodeId))} />}
            </>
          )}
        </div>
        {refusal && <p className="nyd-wrong" role="alert">{refusal}</p>}
      </section>
    </div>
  );
}
