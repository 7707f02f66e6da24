export { Catalogue, EVENT_IDS_MAX, type CatalogueListener, type CatalogueView } from './catalogue.js';
export { priceBandOf, type Item, type Json } from './item.js';
