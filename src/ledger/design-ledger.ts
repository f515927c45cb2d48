import type { Design } from '../catalogue/design.ts'
import { LedgerCore } from './core.ts'
import * as designs from './designs.ts'
import { tellOfDesign } from './notices.ts'
import type { Page } from './page.ts'
import { PUBLISH_AGAIN_MS } from './publishing.ts'
import { claimProduct, type Making, outcomeOf, type ProductClaim, settleProduct } from './store-products.ts'

/** What the ledger can be asked of designs and of the products that are made of them. */
export abstract class DesignLedger extends LedgerCore {
  /** Records a design; its ID is issued once this has resolved. */
  async recordDesign(design: designs.NewDesign): Promise<designs.Recorded> {
    const publishAt = Date.now() + PUBLISH_AGAIN_MS
    const recorded = designs.record(this.sql, design, publishAt)
    if (recorded === 'changed') await this.clock.by(publishAt)
    if (recorded === 'new') await this.clock.by(tellOfDesign(this.env, this.sql, design, Date.now()))
    return recorded
  }

  /** Has the alarm put a design's newest version into KV. */
  async publishAgain(externalId: string): Promise<void> {
    const publishAt = Date.now() + PUBLISH_AGAIN_MS
    designs.markUnpublished(this.sql, externalId, publishAt)
    await this.clock.by(publishAt)
  }

  /** The text under which a design is published, or null. */
  async design(externalId: string): Promise<string | null> {
    return designs.readDesign(this.sql, externalId)
  }

  /** The ID that the design of a vendor's product ID was given; null when none has arrived. */
  async productIdOf(productId: string): Promise<string | null> {
    return designs.productIdOf(this.sql, productId)
  }

  async designs(query: { q: string | null; limit: number; before: number }): Promise<Page<Design>> {
    return designs.listDesigns(this.sql, query)
  }

  /** Lets one at a time make a design's product in the store; what is claimed is to be settled. */
  async claimProduct(sku: string): Promise<ProductClaim> {
    return claimProduct(this.sql, sku, Date.now())
  }

  /** Ends the claim of one who began at `began`, in milliseconds since 1970. */
  async settleProduct(sku: string, making: Making, began: number): Promise<void> {
    settleProduct(this.env, this.sql, sku, making, Date.now())
    this.relay.observe('shopline', outcomeOf(making), began)
    await this.clock.rearm()
  }
}
